"""HP-GL/2 says what it draws, with which pen, and where its pages end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdl.hpgl import Plotter, begins_plot, is_bare_plot
from pdl.pcl5.palette import PENS
from pdl.source import BytesSource
from pdl.window import Window


class Paper:
    def __init__(self):
        self.done = []
        self.palette = PENS

    def draw(self, pen):
        self.done.append(pen)

    def end_plot(self, *, always):
        self.done.append("eject" if always else "end")

    def plot_size(self, width, height):
        self.done.append((round(width, 2), round(height, 2)))

    def pens(self):
        return self.palette

    def use_pens(self, palette):
        self.palette = palette


def plotted(data, *, alone=True):
    paper = Paper()
    window = Window(BytesSource(data))
    Plotter(paper, alone=alone).read(window)
    return paper.done, window.offset


@pytest.mark.parametrize(
    ("data", "done"),
    [
        (b"PU1,1;PA2,2;PR3,3;", []),
        (b"PD;PA2,2;", [1, 1]),
        (b"SP3PD1,1PUSP0PA5,5", [3]),
        (b"sp2;pd1,1;", [2]),
        (b"CI100;CI;EA1,1;RA1;WG5,0,90;", [1, 1, 1]),
        (b"FP;EP;PM0;PD1,1,2,2;PM2;FP;EP;", [1, 1]),
        (b"LBa;PG;b\x03LB\x03LB \x03", [1, 1]),
        (b"DT#;LBa\x03PD1,1;#PU;", [1]),
        (b"PE<=AA;SM*;SM;", [1, 1]),
        (b'CO "PD1,1; PG" PD1,1;', [1]),
        (b"PG;PG1;AF;FR;", ["end", "eject", "end", "end"]),
        (b"PS1016,2032;", [(1.0, 2.0)]),
        (b'BP1,"PD1,1;",5,1;PD2,2;', ["end", 1]),
        (b"AC0,0;FT3,40,45;LT2,4;PW.3;IP0,0,9,9;SC0,9,0,9;", []),
    ],
)
def test_what_is_drawn(data, done):
    assert plotted(data)[0] == done


def test_pages_are_those_of_pcl_within_it():
    assert plotted(b"PG;PS9,9;BP;PD1,1;", alone=False)[0] == [1]


def test_ends_at_an_escape_outside_of_labels():
    data = b"PD1,1;LBa\x1bEb\x03PU;\x1b%0A"
    assert plotted(data)[1] == len(data) - 4


def test_pens_get_their_colours():
    paper = Paper()
    Plotter(paper, alone=True).read(Window(BytesSource(b"CR0,100,0,100,0,100;PC4,100,0,50;PC2,10,10,10;PC2;")))
    assert paper.palette.color(4) == (255, 0, 128)
    assert paper.palette.color(2) != (26, 26, 26)


def test_plots_are_known_by_how_they_begin():
    assert is_bare_plot(b"IN;SP1;PU0,0;")
    assert is_bare_plot(b"\x1b.(;IN;VS10;")
    assert begins_plot(b"\x1b%-1BIN;")
    assert not is_bare_plot(b"IN THE BEGINNING; there was")
    assert not begins_plot(b"\x1bE\x1b%0B")


@given(st.binary(max_size=400))
def test_anything_comes_to_an_end(data):
    _, end = plotted(data)
    assert end == len(data) or data[end] == 0x1B
