"""Exact numbers as the contract writes them."""

from fractions import Fraction


def exact_number(value: Fraction) -> dict[str, str]:
    """The reduced fraction and the decimal that people read."""
    return {"exact": str(value), "decimal": decimal_text(value, places=3)}


def decimal_text(value: Fraction, places: int) -> str:
    """Rounded half to even; a zero never has a sign."""
    scaled = round(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{places}}"


def fulfilment_percent(credited: Fraction, target: Fraction) -> str | None:
    """Credited in percent of the target; None where there is no target."""
    return None if target == 0 else decimal_text(credited / target * 100, places=1)
