"""Label Studio: its own environment on this machine, a private server of a workspace, and talking to a server."""

from annotations.label_studio.connection import Account, Connection, read_connection
from annotations.label_studio.server import Served, serve, stop
from annotations.label_studio.talk import Server, connect

__all__ = ["Account", "Connection", "Served", "Server", "connect", "read_connection", "serve", "stop"]
