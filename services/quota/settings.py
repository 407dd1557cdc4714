"""What an operator may set for quota."""

from shared.settings import ServiceSettings


class QuotaSettings(ServiceSettings):
    """Adds how many records are read at once."""

    batch_records: int = 5000
