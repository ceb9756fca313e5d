// Reads the sources and finds their functions.
//
// A parser of C++ would be exact and slow, and ctags would be one more program to have. The sources
// are formatted by one style, so that counting braces outside of texts and comments is enough: what
// stands before an opening brace tells whether it opens a namespace, a type, a body or a value.
#include "tests/layering/source_tree.hpp"

#include <algorithm>
#include <fstream>

#include "base/bytes/hex.hpp"
#include "base/text/ascii.hpp"
#include "base/text/pattern.hpp"

namespace layering {

namespace fs = std::filesystem;

namespace {

std::vector<SourceFile> files_with(const std::vector<std::string>& extensions) {
    std::vector<SourceFile> all;
    for (const auto& module : modules())
        for (const auto& entry : fs::recursive_directory_iterator(root() / module)) {
            auto extension = entry.path().extension().string();
            if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
                continue;
            auto& file = all.emplace_back();
            file.path = fs::relative(entry.path(), root()).generic_string();
            std::ifstream in(entry.path());
            for (std::string line; std::getline(in, line);) file.lines.push_back(line);
        }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return all;
}

// The code alone: texts, characters and comments become blanks, lines stay lines.
std::string code_of(const SourceFile& file) {
    std::string text;
    for (const auto& line : file.lines) text += line + '\n';
    auto blank = [&](std::size_t from, std::size_t to) {
        for (auto i = from; i < std::min(to, text.size()); ++i)
            if (text[i] != '\n') text[i] = ' ';
        return to;
    };
    for (std::size_t at = 0; at < text.size();) {
        auto rest = std::string_view(text).substr(at);
        bool in_number = at > 0 && base::hex_value(text[at - 1]) >= 0;  // 10'000
        if (rest.starts_with("//") || rest.starts_with('#')) {
            at = blank(at, text.find('\n', at));
        } else if (rest.starts_with("/*")) {
            at = blank(at, text.find("*/", at) + 2);
        } else if (rest.starts_with("R\"")) {
            auto open = text.find('(', at);
            auto mark = ")" + text.substr(at + 2, open - at - 2) + "\"";
            at = blank(at, text.find(mark, open) + mark.size());
        } else if (rest.starts_with('"') || (rest.starts_with('\'') && !in_number)) {
            auto end = at + 1;
            while (end < text.size() && text[end] != text[at]) end += text[end] == '\\' ? 2 : 1;
            at = blank(at, end + 1);
        } else {
            ++at;
        }
    }
    return text;
}

enum class Block { scope, body, value };

// What a brace opens, by the code since the last statement.
Block opened_by(std::string_view head) {
    static const auto scope = base::Pattern::parse(
        R"(^(inline |export )?(namespace|extern)\b|^[^(=]*\b(class|struct|union|enum)\b[^(=]*$)"
    );
    static const auto body =
        base::Pattern::parse(R"((\)|\b(const|noexcept|override|final|mutable|try)|\)\s*(:|->).*)$)"
        );
    if (!head.empty() && !base::is_space(head.back())) return Block::value;  // a_{a}
    auto text = base::collapse_spaces(head);
    if (scope.found_in(text)) return Block::scope;
    return text.find('(') != text.npos && body.found_in(text) ? Block::body : Block::value;
}

}  // namespace

std::string SourceFile::module() const {
    return path.substr(0, path.find('/'));
}
std::string SourceFile::folder() const {
    return path.substr(0, path.rfind('/'));
}
std::string SourceFile::place(std::size_t line) const {
    return path + ":" + std::to_string(line + 1);
}

const fs::path& root() {
    static const fs::path folder = TILTH_SOURCE_DIR;
    return folder;
}

const std::vector<std::string>& modules() {
    static const std::vector<std::string> all{
        "base",
        "formats",
        "schema",
        "crawler",
        "ingest",
        "quality",
        "labeling",
        "training",
        "service",
        "worker",
        "api",
        "app"};
    return all;
}

const std::vector<SourceFile>& sources() {
    static const auto all = files_with({".cpp", ".hpp"});
    return all;
}

const std::vector<SourceFile>& queries() {
    static const auto all = files_with({".sql"});
    return all;
}

std::vector<Function> functions(const SourceFile& file) {
    auto code = code_of(file);
    std::vector<Function> found;
    std::vector<Block> open;
    std::size_t line = 0, bodies = 0, head = 0, head_line = 0, first = 0;
    bool head_is_empty = true;
    auto begin_head = [&](std::size_t at) {
        head = at + 1;
        head_is_empty = true;
    };
    for (std::size_t at = 0; at < code.size(); ++at) {
        char c = code[at];
        if (c == '\n') {
            ++line;
        } else if (head_is_empty && !base::is_space(c)) {
            head_is_empty = false;
            head_line = line;
        }
        if (c == ':' && bodies == 0) {
            auto label = base::trim(std::string_view(code).substr(head, at - head));
            if (label == "public" || label == "private" || label == "protected") begin_head(at);
        }
        if (c == '{') {
            auto kind = bodies > 0 ? Block::value
                                   : opened_by(std::string_view(code).substr(head, at - head));
            open.push_back(kind);
            if (kind == Block::body) {
                ++bodies;
                first = head_line;
            }
            if (kind != Block::value) begin_head(at);
        } else if (c == '}' && !open.empty()) {
            auto kind = open.back();
            open.pop_back();
            if (kind == Block::body) {
                --bodies;
                found.push_back({first, line});
            }
            if (kind != Block::value) begin_head(at);
        } else if (c == ';' && bodies == 0) {
            begin_head(at);
        }
    }
    return found;
}

}  // namespace layering
