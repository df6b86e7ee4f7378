# SPDX-License-Identifier: Apache-2.0
"""The pages about suppliers' tools: what they say is there is there."""
import glob
import os
import re
import subprocess

CHECKED = re.compile(r"<!-- checked -->\n```yaml\n(.*?)```", re.S)
MAP = re.compile(r"`(map: \{.*?\})`", re.S)


def one_line(text):
    return " ".join(text.split())


class Pages:
    def __init__(self, tap, top, release, scratch):
        self.tap, self.top, self.release = tap, top, release
        self.folder = os.path.join(scratch, "pages")
        os.makedirs(self.folder)
        self.entente = os.path.join(release, "entente")

    def ask(self, *arguments):
        got = subprocess.run([self.entente, *arguments], capture_output=True, text=True, timeout=60)
        return got.returncode, got.stdout + got.stderr

    def check_all(self):
        paths = sorted(glob.glob(os.path.join(self.top, "connectors", "*", "README.md")))
        self.tap.check("pages: of six tools at least", len(paths) >= 6, paths)
        for path in paths:
            with open(path, encoding="utf-8") as file:
                self.check_page(os.path.basename(os.path.dirname(path)), file.read())
        more = sorted(glob.glob(os.path.join(self.top, "connectors", "*", "[a-z]*.md")))
        for path in [*paths, *more, os.path.join(self.top, "deploy", "NEWS.md"),
                     *(os.path.join(self.top, at, "README.md") for at in ("", "broker", "connectors", "deploy", "schemas", "tests", "tests/suppliers"))]:
            self.check_links(path)

    def check_page(self, tool, page):
        blocks = CHECKED.findall(page)
        if self.tap.check(f"pages, {tool}: a configuration to copy", len(blocks) == 1, len(blocks)):
            self.check_configuration(tool, "the configuration", blocks[0])
            for i, words in enumerate(MAP.findall(page), 1):
                self.check_configuration(tool, f"map {i}", blocks[0].rstrip("\n") + f"\n    {one_line(words)}\n")
        _, help_text = self.ask("config", "--help", tool)
        settings = re.findall(r"^  ([a-z_]+): (?:text|whole|true)", help_text, re.M)
        named = re.findall(r"^\| `([a-z_]+)` \|", page, re.M)
        self.tap.equal(f"pages, {tool}: its settings are those of the connector", sorted(set(named)), sorted(settings))
        cannot = re.findall(r"^  Its tool cannot do all: (.*)", help_text, re.M)
        missing = [words for words in cannot if f"* {one_line(words)}" not in one_line(page)]
        self.tap.check(f"pages, {tool}: says what it cannot express", cannot and not missing, missing)
        verbs = sorted(set(re.findall(r"`?entente ((?!check|config)[a-z]+)(?= )", page)))
        wrong = [verb for verb in verbs if self.ask(verb, "--help")[0] != 0]
        self.tap.check(f"pages, {tool}: its commands exist", len(verbs) >= 3 and not wrong, wrong or verbs)

    def check_configuration(self, tool, what, block):
        def secret(match):
            path = os.path.join(self.folder, match[1])
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
                file.write("0123456789abcdef0123456789abcdef\n")
            return f"file:{path}"
        path = os.path.join(self.folder, f"{tool}.yaml")
        head = f"data_dir: {self.folder}/data\nconnector_dir: {self.release}/connectors\n"
        with open(path, "w", encoding="utf-8") as file:
            file.write(head + re.sub(r"file:/etc/entente/([a-z.]+)", secret, block))
        rc, said = self.ask("check", "--config", path, "--no-kafka")
        self.tap.check(f"pages, {tool}: {what} passes entente check", rc == 0 and f"connector {tool} opens" in said, said)
        warned = [line for line in said.splitlines() if line.startswith("warn") and "its tool has no word for" not in line]
        self.tap.check(f"pages, {tool}: {what} gives no warning but for words the tool lacks", not warned, warned)

    def check_links(self, path):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"```.*?```", "", file.read(), flags=re.S)
        links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
        broken = []
        for link in links:
            where, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), where)) if where else path
            if not os.path.exists(target):
                broken.append(link)
            elif anchor:
                with open(target, encoding="utf-8") as file:
                    heads = re.findall(r"^#+ (.*)", file.read(), re.M)
                if anchor not in [re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in heads]:
                    broken.append(link)
        self.tap.check(f"pages, {os.path.relpath(path, self.top)}: its links lead somewhere", not broken, broken)
