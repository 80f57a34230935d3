"""Numbers as text from which no digit is lost."""

from decimal import Decimal
from numbers import Integral


def exact(value: float | None) -> str:
    """The shortest text that holds every digit of a number; empty for none.

    Whole numbers stand in full, and decimals as somebody typed them. A number of more than twelve digits that is not
    whole has been computed: ten of its digits are kept, of one above a million as many as a float holds.

    Examples
    --------
    >>> exact(27123456789012), exact(27123456789012.0), exact(1234567.12345), exact(0.1 + 0.2), exact(1 / 3)
    ('27123456789012', '27123456789012', '1234567.12345', '0.3', '0.3333333333')
    """
    if value is None or value != value:
        return ""
    if isinstance(value, Integral):
        return str(int(value))
    number = Decimal(str(value)).normalize() if value else Decimal()
    if not number.is_finite():
        return str(value)
    if len(number.as_tuple().digits) > 12 and number != number.to_integral_value() and abs(number) < 10**15:
        number = Decimal(f"{number:.{10 if abs(number) < 10**6 else 15}g}").normalize()
    return f"{number:f}" if -5 < number.adjusted() < 22 else repr(float(number))
