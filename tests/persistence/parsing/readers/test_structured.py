"""JSON, XML, Markdown and notebooks as people read them."""

import json

import pytest

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    FailureReason,
    ParseError,
)
from tests.persistence.parsing.readers import samples


class TestJson:
    def test_fields_have_their_names_and_records_their_columns(self, tmp_path):
        """
        Paths name what is nested; a list of equal records is a table.
        """
        data = {"a": 1, "b": {"c": "x", "d": [1, 2]}, "rows": [{"k": 1, "v": "p"}] * 2}

        found = samples.texts(tmp_path, json.dumps(data), of.JSON)

        assert found == ["a: 1", "b.c: x", "b.d: 1, 2", "rows", "k | v\n1 | p\n1 | p"]

    def test_a_list_of_any_length_is_read_piece_by_piece(self, tmp_path):
        """
        Pieces do not depend on where reading stopped in between.
        """
        values = [{"number": n, "text": "x" * 500} for n in range(5000)]

        found = samples.texts(tmp_path, json.dumps(values), of.JSON)

        assert sum(text.count("number: ") for text in found) == 5000

    def test_lines_of_json_are_records(self, tmp_path):
        """
        Each line is a value of its own.
        """
        found = samples.texts(tmp_path, '{"a":1,"b":2}\n{"a":3,"b":4}\n', of.JSON_LINES)

        assert found == ["a | b\n1 | 2\n3 | 4"]

    @pytest.mark.parametrize("text", ['{"a": ', '[1, 2, {"a"', '{"name":' * 100_000])
    def test_broken_json_is_damaged(self, tmp_path, text):
        """
        Cut off, or nested beyond reading.
        """
        with pytest.raises(ParseError) as failure:
            samples.read(tmp_path, text, of.JSON)

        assert failure.value.reason is FailureReason.DAMAGED


class TestXml:
    def test_running_text_is_whole_and_fields_have_names(self, tmp_path):
        """
        Elements inside text are part of it, also when it begins with one.
        """
        text = (
            '<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE r [<!ENTITY c "Co">]>'
            "<r><item><name>N\xe9 &c;</name><price>5</price></item>"
            "<p>one <b>two</b> three</p><p><i>four</i> five</p><e key='k'/></r>"
        )

        found = samples.texts(tmp_path, text.encode("latin-1"), of.XML)

        assert found == [
            "name: Né Co\nprice: 5",
            "one two three",
            "four five",
            "k: key: k",
        ]

    def test_bombs_and_files_of_others_are_refused(self, tmp_path):
        """
        Entities neither explode nor fetch anything.
        """
        bomb = "<!ENTITY a0 'aaaaaaaaaa'>" + "".join(
            f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
        )
        outside = "<!DOCTYPE r [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><r>x &f; y</r>"

        with pytest.raises(ParseError) as failure:
            samples.read(tmp_path, f"<!DOCTYPE r [{bomb}]><r>&a9;</r>", of.XML)

        assert failure.value.reason is FailureReason.DAMAGED
        assert samples.texts(tmp_path, outside, of.XML) == ["r: x y"]

    def test_small_faults_do_not_cost_the_text(self, tmp_path):
        """
        What only looks like XML is read as browsers would; what is cut off is not.
        """
        found = samples.texts(tmp_path, "<a><b>one &nbsp; two</b> <c>x</a>", of.XML)

        assert found == ["one two x"]
        with pytest.raises(ParseError):
            samples.read(tmp_path, "<a><b>one two</b> <c>x", of.XML)

    def test_a_drawing_has_text(self, tmp_path):
        """
        Without the names of its elements.
        """
        svg = (
            "<svg><style>a{}</style><title>Map</title>"
            "<text><tspan>Nord</tspan></text></svg>"
        )

        assert samples.texts(tmp_path, svg, of.SVG) == ["Map", "Nord"]


class TestMarkdown:
    def test_marks_become_kinds(self, tmp_path):
        """
        Text without its marks; front matter is kept as fields.
        """
        text = (
            "---\ntitle: T\n---\n# Head *em*\n\na **b** [link](http://x) `c`\n\n"
            "1. one\n   - two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n  x\n```\n"
        )

        found = samples.blocks(tmp_path, text, of.MARKDOWN)

        assert found == [
            Block(BlockKind.PARAGRAPH, "title: T"),
            Block(BlockKind.HEADING, "Head em", 1),
            Block(BlockKind.PARAGRAPH, "a b link c"),
            Block(BlockKind.LIST_ITEM, "1. one"),
            Block(BlockKind.LIST_ITEM, "two"),
            Block(BlockKind.TABLE, "a | b\n1 | 2"),
            Block(BlockKind.CODE, "  x"),
        ]

    def test_a_long_text_is_cut_outside_of_code(self, tmp_path):
        """
        Parsing in pieces gives what parsing at once would.
        """
        lines = "".join(f"# not a heading {n}\n\n" for n in range(4000))

        found = samples.blocks(tmp_path, f"```\n{lines}```\n\n# Real\n", of.MARKDOWN)

        assert {block.kind for block in found[:-1]} == {BlockKind.CODE}
        assert found[-1] == Block(BlockKind.HEADING, "Real", 1)


class TestNotebook:
    def test_cells_come_with_what_they_printed(self, tmp_path):
        """
        Text, code, output; a printed table with its columns, colours left out.
        """
        table = (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
        )
        notebook = {
            "nbformat": 4,
            "metadata": {},
            "cells": [
                {"cell_type": "markdown", "source": ["# T\n", "x"]},
                {
                    "cell_type": "code",
                    "source": "print(1)",
                    "outputs": [
                        {"output_type": "stream", "text": ["\x1b[31m1\x1b[0m\n"]},
                        {"data": {"text/html": table, "text/plain": "a b 1 2"}},
                    ],
                },
            ],
        }

        found = samples.blocks(tmp_path, json.dumps(notebook), of.NOTEBOOK)

        assert found == [
            Block(BlockKind.HEADING, "T", 1),
            Block(BlockKind.PARAGRAPH, "x"),
            Block(BlockKind.CODE, "print(1)"),
            Block(BlockKind.CODE, "1"),
            Block(BlockKind.TABLE, "a | b\n1 | 2"),
        ]
