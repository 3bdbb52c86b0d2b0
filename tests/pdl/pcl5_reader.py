"""An independent reader of PCL 5 pictures, from the PCL 5 Technical Reference: what a page shows, and its settings."""

import re
from dataclasses import dataclass, field

import numpy as np

COMMAND = re.compile(rb"\x1b([&*(])([a-z])((?:[-+\d.]*[a-zA-Z])*?[-+\d.]*[A-Z])")


@dataclass
class Sheet:
    """One ejected page: values of &l and *t commands, and rows by their place (row number: bytes)."""

    settings: dict
    rows: dict = field(default_factory=dict)
    color: bool = False

    def pixels(self, height, width):
        """White paper with the rows on it: (height, width, 3) in colour, else (height, width, 1) of 0 and 255."""
        if self.color:
            out = np.full((height, width, 3), 255, np.uint8)
            for number, row in self.rows.items():
                pixels = np.frombuffer(bytes(row[: len(row) // 3 * 3]), np.uint8).reshape(-1, 3)[:width]
                out[number, : len(pixels)] = pixels
            return out
        out = np.full((height, width, 1), 255, np.uint8)
        for number, row in self.rows.items():
            bits = np.unpackbits(np.frombuffer(bytes(row), np.uint8))[:width]
            out[number, : len(bits), 0] = 255 - 255 * bits
        return out


class Printer:
    """Just as much of a printer as is needed to see raster pages."""

    def __init__(self):
        self.pages, self.sizes_on_backs = [], 0
        self.reset()

    def reset(self):
        self.settings, self.mode, self.row, self.seed, self.color = {}, 0, 0, bytearray(), False
        self.sheet = None

    def page(self):
        if self.sheet is None:
            self.sheet = Sheet(dict(self.settings), color=self.color)
        return self.sheet

    def read(self, data):
        position = 0
        while position < len(data):
            if data[position : position + 2] == b"\x1bE":
                assert self.sheet is None, "a reset ejects what was not ejected"
                self.reset()
                position += 2
            elif data[position] == 0x0C:
                self.page().settings.update(self.settings)
                self.pages.append(self.sheet)
                self.sheet, self.row = None, 0
                position += 1
            else:
                found = COMMAND.match(data, position)
                assert found, data[position : position + 20]
                position = self.command(found, data)
        return self.pages

    def command(self, found, data):
        position = found.end()
        for value, letter in re.findall(rb"([-+\d.]*)([a-zA-Z])", found[3]):
            number = float(value or 0)
            name = (found[1] + found[2] + letter.upper()).decode()
            if name in ("*bW", "*vW"):
                payload = data[position : position + int(number)]
                position += int(number)
                if name == "*bW":
                    self.raster(payload)
                else:
                    assert payload == bytes((0, 3, 0, 8, 8, 8))
                    self.color = True
            elif name == "*bM":
                self.mode = int(number)
            elif name == "*bY":
                self.row += int(number)
                self.seed = bytearray()
            elif name == "*pY":
                self.row = self.row + int(number) if value.startswith(b"+") else int(number)
                self.seed = bytearray()
            elif name in ("*rA", "*rB", "*rC"):
                self.seed = bytearray()
            else:
                self.settings[name] = number
                self.sizes_on_backs += name == "&lA" and len(self.pages) % 2
        return position

    def raster(self, payload):
        row = self.seed = self.unpacked(payload)
        if row:
            self.page().rows[self.row] = bytearray(row)
        self.row += 1

    def unpacked(self, payload):
        if self.mode == 0:
            return bytearray(payload)
        if self.mode == 2:
            out, at = bytearray(), 0
            while at < len(payload):
                code, at = payload[at], at + 1
                if code < 128:
                    out += payload[at : at + code + 1]
                    at += code + 1
                elif code > 128:
                    out += payload[at : at + 1] * (257 - code)
                    at += 1
            return out
        assert self.mode == 3
        out, at, place = bytearray(self.seed), 0, 0
        while at < len(payload):
            count, offset = (payload[at] >> 5) + 1, payload[at] & 31
            at += 1
            if offset == 31:
                while True:
                    more = payload[at]
                    at += 1
                    offset += more
                    if more < 255:
                        break
            place += offset
            if len(out) < place + count:
                out = out.ljust(place + count, b"\0")
            out[place : place + count] = payload[at : at + count]
            at, place = at + count, place + count
        return out


def read_pcl5(data):
    """The pages of a job, and a check that no back of a sheet changes the paper."""
    printer = Printer()
    pages = printer.read(data)
    if any(page.settings.get("&lS") for page in pages):
        assert printer.sizes_on_backs == 0
    return pages
