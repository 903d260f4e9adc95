"""Rating studies: people compare models' replies, blind to which model is which."""

from annotations.study.analyse import Analysed, analyse_study
from annotations.study.design import Prompt, Rater, Study, StudyScale
from annotations.study.files import parse_raters, read_prompts, write_study
from annotations.study.power import Power, power
from annotations.study.server import PulledStudy, PushedStudy, pull_study, push_study
from annotations.study.statistics import StudyResults

__all__ = [
    "Analysed",
    "Power",
    "Prompt",
    "PulledStudy",
    "PushedStudy",
    "Rater",
    "Study",
    "StudyResults",
    "StudyScale",
    "analyse_study",
    "parse_raters",
    "power",
    "pull_study",
    "push_study",
    "read_prompts",
    "write_study",
]
