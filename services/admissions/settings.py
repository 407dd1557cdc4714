"""Settings of the admissions service."""

from shared.settings import ServiceSettings


class AdmissionsSettings(ServiceSettings):
    """What every service has; admissions needs nothing more."""
