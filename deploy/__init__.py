"""Deployment: a fine-tuned run in, a bundle that runs on a phone out; and the bundle's chat as the phone would run it.

ExecuTorch (extra ``deploy``) is imported when it is used, not when this package is.
"""

from deploy.bundle import deploy
from deploy.chat import Chat
from deploy.manifest import BundleManifest, BundleResult, read_bundle

__all__ = ["BundleManifest", "BundleResult", "Chat", "deploy", "read_bundle"]
