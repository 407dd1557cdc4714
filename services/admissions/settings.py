"""Settings of the admissions service."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from access.secrets import check_secrets, secrets_in
from shared.settings import ServiceSettings


class AdmissionsSettings(ServiceSettings):
    """Adds the secret under which API keys are kept."""

    api_key_secret: Annotated[SecretStr, AfterValidator(check_secrets)]

    @property
    def api_key_secrets(self) -> list[bytes]:
        """The one for new keys first, then those under which older ones are kept."""
        return secrets_in(self.api_key_secret)
