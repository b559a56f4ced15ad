"""An invented Chinese shop of any size, written as the platforms would export it.

>>> from datetime import date
>>> shop = make_shop(20, seed=1, as_of=date(2026, 3, 31))
>>> shop.members.num_rows
20
"""

from siyu_cli.demo.layouts import LAYOUTS
from siyu_cli.demo.shop import DemoShop, make_shop
from siyu_cli.demo.writing import FORMATS, write_shop

__all__ = ["FORMATS", "LAYOUTS", "DemoShop", "make_shop", "write_shop"]
