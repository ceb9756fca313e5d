// The pages for people against the tree: the files and functions that they name are there.
//
// A page on the inside of a program is believed, and is wrong from the day that something it names
// is called otherwise. What stands between backquotes in docs/inside is therefore looked for in the
// sources, as a word; of all pages the files they name and lead to.
#include <filesystem>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "base/text/ascii.hpp"
#include "base/text/pattern.hpp"
#include "tests/layering/source_tree.hpp"

using namespace layering;
using base::Pattern;

namespace {

namespace fs = std::filesystem;

std::vector<SourceFile> pages() {
    std::vector<SourceFile> all;
    auto add = [&](const fs::path& path) {
        if (path.extension() != ".md") return;
        auto& page = all.emplace_back();
        page.path = fs::relative(path, root()).generic_string();
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) page.lines.push_back(line);
    };
    for (const auto& entry : fs::directory_iterator(root())) add(entry.path());
    for (const auto* folder : {"docs", "examples"})
        for (const auto& entry : fs::recursive_directory_iterator(root() / folder))
            add(entry.path());
    return all;
}

// Calls visit(found) for the first group of each match.
template <typename Visit>
void each_in(const Pattern& pattern, std::string_view rest, Visit visit) {
    while (auto found = pattern.find(rest)) {
        visit(*found);
        rest.remove_prefix(static_cast<std::size_t>(found->end() - rest.begin()));
    }
}

// Calls visit(page, line, found) for each in the pages.
template <typename Visit>
void each_match(const Pattern& pattern, Visit visit) {
    for (const auto& page : pages())
        for (std::size_t line = 0; line < page.lines.size(); ++line)
            each_in(pattern, page.lines[line], [&](std::string_view found) {
                visit(page, line, found);
            });
}

bool has_word(std::string_view text, std::string_view word) {
    auto is_part = [](char c) { return base::is_alnum(c) || c == '_'; };
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        auto end = at + word.size();
        if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end])))
            return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a page names and leads to files that exist", "[layering][pages]") {
    static const auto named =
        Pattern::parse(R"(`([a-z0-9_]+/[a-z0-9_/]+\.(?:cpp|hpp|sql|toml|sh|mjs|ts|json|md))`)");
    static const auto leads = Pattern::parse(R"(\]\(([^):#]+)[)#])");
    std::size_t found = 0;
    each_match(named, [&](const SourceFile& page, std::size_t line, std::string_view name) {
        ++found;
        INFO(page.place(line) << ": " << name);
        CHECK(fs::exists(root() / name));
    });
    each_match(leads, [&](const SourceFile& page, std::size_t line, std::string_view name) {
        ++found;
        INFO(page.place(line) << ": " << name);
        CHECK(fs::exists((root() / page.path).parent_path() / name));
    });
    CHECK(found > 80);
}

TEST_CASE("what the pages on the inside name is in the sources", "[layering][pages]") {
    static const auto named = Pattern::parse(R"(`(?:[A-Za-z_]+::)*([A-Za-z_]{3,})(?:\(\))?`)");
    std::string code;
    for (const auto* files : {&sources(), &queries()})
        for (const auto& file : *files)
            for (const auto& line : file.lines) code += line + '\n';
    std::size_t found = 0;
    each_match(named, [&](const SourceFile& page, std::size_t line, std::string_view name) {
        if (!page.path.starts_with("docs/inside/")) return;
        ++found;
        INFO(page.place(line) << ": " << name);
        CHECK(has_word(code, name));
    });
    CHECK(found > 100);
}

TEST_CASE("the page of reject codes has those of the sources", "[layering][pages]") {
    static const auto code = Pattern::parse(
        R"#("((?:contract|csv|deb822|excel|feed|field|file|fixed|idx|image|json|key|mail|mbox|media|number|page|parquet|pdf|push|text|time|warc|xml|yaml)\.[a-z_]+)")#"
    );
    static const auto told = Pattern::parse(R"(`([a-z0-9]+\.[a-z_]+)`)");
    std::set<std::string> used, listed;
    for (const auto& file : sources()) {
        auto module = file.module();
        if (module != "formats" && module != "crawler" && module != "ingest") continue;
        for (const auto& line : file.lines)
            each_in(code, line, [&](std::string_view found) { used.emplace(found); });
    }
    each_match(told, [&](const SourceFile& page, std::size_t line, std::string_view found) {
        if (page.path == "docs/reference/reject-codes.md" && page.lines[line].starts_with("| `"))
            listed.emplace(found);
    });
    CHECK(used.size() > 40);
    CHECK(listed == used);
}
