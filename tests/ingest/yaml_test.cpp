#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/ingest/files.hpp"

namespace {

struct Read {
    explicit Read(std::string_view text, const std::string& name = "a.yaml")
        : all(test::read_all({folder.write(name, text)}, {}, {}, 1)) {}

    std::string codes() const {
        std::string list;
        for (const auto& bad : all.rejects) list += bad.code + " ";
        return list;
    }

    test::DataFolder folder;
    test::Everything all;
};

}  // namespace

TEST_CASE("entries of a YAML list and documents are records", "[ingest][yaml]") {
    const std::string text =
        "# a list\n"
        "- name: Ann   # who\n"
        "  age: 30\n"
        "  zip: \"007\"\n"
        "\n"
        "- {name: Bo, age: 2.5e3, zip: 007, active: true, nothing: ~}\n"
        "-\n"
        "  name: >\n"
        "    a folded\n"
        "    text\n"
        "  tags: [a, 1, null, {b: c}]\n"
        "# last\n"
        "---\n"
        "name: Doc\n"
        "list:\n"
        "- one\n"
        "- two\n"
        "--- # another\n"
        "name: |\n"
        "  --- is no marker here\n"
        "...\n";
    Read read(text);
    CHECK(read.all.rejects.empty());
    REQUIRE(read.all.records.size() == 5);
    CHECK(read.all.records[0].fields == "name=Ann|age=30|zip=007");
    CHECK(read.all.records[1].fields == "name=Bo|age=2.5e3|zip=007|active=true|nothing=null");
    CHECK(read.all.records[2].fields == "name=a folded text\n|tags=[\"a\",1,null,{\"b\":\"c\"}]");
    CHECK(read.all.records[3].fields == "name=Doc|list=[\"one\",\"two\"]");
    CHECK(read.all.records[4].fields == "name=--- is no marker here\n");
    const std::vector<std::int64_t> lines{2, 6, 7, 14, 19};
    for (std::size_t i = 0; i < 5; ++i) {
        const auto& record = read.all.records[i];
        CHECK(record.line == lines[i]);
        CHECK(
            text.substr(static_cast<std::size_t>(record.offset), record.raw.size()) == record.raw
        );
    }
    CHECK(read.all.records[0].raw == "- name: Ann   # who\n  age: 30\n  zip: \"007\"\n\n");
    CHECK(read.all.records[4].raw == "name: |\n  --- is no marker here\n");
    auto path = read.folder.write("b.yaml", text);
    auto whole = test::read_all({path}, {}, {}, 1);
    for (std::size_t i = 0; i + 1 < whole.cursors.size(); ++i) {
        auto rest = test::read_all({path}, {}, whole.cursors[i], 1);
        const auto before = whole.records_before_cursor[i];
        REQUIRE(rest.records.size() == 5 - before);
        if (before < 5) CHECK(rest.records.front() == whole.records[before]);
    }
}

TEST_CASE("what is no YAML costs its own record, and says where", "[ingest][yaml]") {
    Read read(
        "- a: 1\n"
        "- a: [1, 2\n"
        "- b: 'xé'\n"
        "- just words\n"
        "- {a: 1, a: 2}\n"
        "- n: {b: 1, b: 2}\n"
        "- [1]: 2\n"
        "- a: \"\\0\"\n"
        "- a: *gone\n"
        "- a: \xff\n"
        "- c: 3\n"
        "---\n"
        "[{a: 1}]\n"
        "---\n"
        "a: 1\n"
        " b: 2\n"
    );
    REQUIRE(read.all.records.size() == 3);
    CHECK(read.all.records[0].fields == "a=1");
    CHECK(read.all.records[1].fields == "b=xé");
    CHECK(read.all.records[2].fields == "c=3");
    CHECK(
        read.codes() ==
        "yaml.syntax yaml.not_mapping yaml.duplicate_name yaml.duplicate_name yaml.name text.nul "
        "yaml.syntax text.encoding yaml.flow yaml.syntax "
    );
    CHECK(read.all.rejects[0].line == 2);
    CHECK(read.all.rejects[0].raw == "- a: [1, 2\n");
    CHECK(read.all.rejects.back().line == 15);
    CHECK(read.all.rejects.back().reason.find("(line 16, column") != std::string::npos);
}

TEST_CASE("aliases are followed as far as they stay in proportion", "[ingest][yaml]") {
    Read good("- a: &x [1, 2]\n  b: *x\n");
    REQUIRE(good.all.records.size() == 1);
    CHECK(good.all.records[0].fields == "a=[1,2]|b=[1,2]");
    std::string bomb = "- a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
    for (int i = 1; i < 30; ++i) {
        const auto last = "*a" + std::to_string(i - 1);
        bomb += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int j = 0; j < 8; ++j) bomb += ", " + last;
        bomb += "]\n";
    }
    Read read(bomb + "- a: &self [*self]\n- a: 1\n- " + std::string(100'000, '[') + "\n");
    CHECK(read.all.records.size() == 1);
    REQUIRE(read.all.rejects.size() == 3);
    CHECK(read.all.rejects[0].code == "yaml.aliases");
    CHECK(read.all.rejects[1].code == "yaml.aliases");
    CHECK(read.all.rejects[2].code == "yaml.syntax");
}

TEST_CASE("a text on which the library's own loader never ends is a reject", "[ingest][yaml]") {
    Read read("- ::::a: ;[1, {b: c}]\n  d: *x\n, {b1:: \"f\\n\"}\n::a: ;[1");
    CHECK(read.all.records.empty());
    CHECK(read.codes().find("yaml.syntax") == 0);
}

TEST_CASE("YAML is told by its name or its start", "[ingest][yaml]") {
    auto format = [](const char* name, const char* head) {
        return ingest::detect_format(name, head).format;
    };
    CHECK(format("a.yml", "a: 1\nb: 2\n") == "yaml");
    CHECK(format("x", "---\nname: a\n") == "yaml");
    CHECK(format("x", "- name: a\n  age: 1\n") == "yaml");
    CHECK(format("x.md", "---\ntitle: a\n---\nWords.\n") == "files");
    CHECK(format("x", "- some words: and more\n") == "files");
    CHECK(format("x", "Name: a\nVersion: 1\n") == "deb822");
}

TEST_CASE("a record of YAML is read again by its bytes alone", "[ingest][yaml]") {
    test::DataFolder folder;
    auto path = folder.write("a.yaml", "  - a: 1\n    b: x\n  - a: 2\n---\na: 3\n");
    auto connector = ingest::open_files({path}, {});
    ingest::Page page;
    (void)connector->next(page, 100, 1 << 20);
    REQUIRE(page.records.size() == 3);
    for (const auto& record : page.records) {
        ingest::Page again;
        ingest::reread(page.rereads.at(0).how, std::string(record.raw), again);
        REQUIRE(again.records.size() == 1);
        REQUIRE(again.records[0].fields == record.fields);
        CHECK(again.fields[0].value == page.fields[record.first_field].value);
    }
}
