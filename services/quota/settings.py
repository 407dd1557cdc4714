"""What an operator may set for quota."""

from shared.settings import ServiceSettings


class QuotaSettings(ServiceSettings):
    """Adds where the ledger's feed is, and how much is counted in one transaction."""

    admissions_url: str = "http://127.0.0.1:8401"
    batch_records: int = 1000
