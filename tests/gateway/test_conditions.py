"""What printing costs, in words."""

import pytest

from accounting.price import Price
from gateway.conditions import charged

CHEAP, DEAR = Price(mono=5, color=20, sheet=1), Price(mono=10, color=20, sheet=1)


@pytest.mark.parametrize(("prices", "currency", "words"), [
    ([], "EUR", ""),
    ([Price(), Price()], "EUR", ""),
    ([CHEAP], "EUR", "A side in black and white: 0.05 EUR, a side in colour: 0.20 EUR, a sheet: 0.01 EUR."),
    ([DEAR, CHEAP], "EUR",
     "A side in black and white: 0.05 to 0.10 EUR, a side in colour: 0.20 EUR, a sheet: 0.01 EUR."),
    ([CHEAP], "JPY", "A side in black and white: 5 JPY, a side in colour: 20 JPY, a sheet: 1 JPY."),
    ([CHEAP], "TND", "A side in black and white: 0.005 TND, a side in colour: 0.020 TND, a sheet: 0.001 TND."),
])  # fmt: skip
def test_charged(prices, currency, words):
    assert charged(prices, currency) == words
