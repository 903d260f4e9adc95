"""The job of a build as other tools do it. Each runs by itself in an interpreter that has the tool."""
