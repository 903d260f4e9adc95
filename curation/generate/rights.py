"""What may be sent to another machine: scrubbed texts in English, of a public licence that allows adaptations."""

import re

from curation.generate.endpoint import is_local
from curation.languages import is_covered
from schemas.config import SourceConfig
from schemas.errors import Refused


def check_may_send(source: SourceConfig, base_url: str) -> None:
    """Raises Refused where a server elsewhere is not to get the texts of a source, by their licence or language."""
    if is_local(base_url):
        return
    if not is_covered(source.language):
        raise Refused(
            f"the texts of source '{source.id}' are not sent to another machine: names in texts of language "
            f"'{source.language}' are not found, and would go with them",
            field="language",
            mend="Use a server on this machine (http://127.0.0.1:8080/v1).",
        )
    for name in re.findall(r"[\w.+-]+", source.license):
        if name.startswith("LicenseRef-") or "-ND" in name:
            why = "is none that is public" if name.startswith("LicenseRef-") else "allows no adaptations"
            raise Refused(
                f"the texts of source '{source.id}' are not sent to another machine: their licence {name} {why}",
                field="license",
                mend="Use a server on this machine (http://127.0.0.1:8080/v1), or texts under an open licence.",
            )
