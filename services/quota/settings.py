"""What an operator may set for quota."""

from shared.settings import ServiceSettings


class QuotaSettings(ServiceSettings):
    """Adds how much is counted in one transaction."""

    batch_records: int = 1000
