"""Licences by their SPDX names."""

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression


def spdx(expression: str) -> str:
    """The canonical spelling of an SPDX licence expression, such as ``CC-BY-4.0`` or ``LicenseRef-Consent-2024``.

    Raises:
        ValueError: If it is none.
    """
    try:
        return str(canonicalize_license_expression(expression))
    except InvalidLicenseExpression as error:
        raise ValueError(
            "is no SPDX licence id, such as 'MIT', 'CC-BY-4.0' or, for terms of one's own, 'LicenseRef-NAME'"
        ) from error
