// One view on TOML and JSON.
//
// Both become JSON values beside a table of places ("record.columns[2].type" is line 14), for a
// reader of settings must name the line of a fault but should not know which language it reads.
// Parts share the state of their document, so that a fault deep inside names the whole path.
#include "base/settings/document.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/settings/places.hpp"

namespace base {

namespace json = boost::json;

struct Document::State {
    PlacedJson placed;
    std::string file;   // of TOML
    std::string word;   // of JSON: "setting"
    std::string thing;  // of a value that stands alone
};

namespace {

// "a.b[2].c" -> "a.b[2]" -> "a.b" -> "a" -> ""
std::string above(const std::string& path) {
    auto cut = path.find_last_of(".[");
    return cut == path.npos ? std::string() : path.substr(0, cut);
}

std::string last_name(const std::string& path) {
    auto cut = path.rfind('.');
    return cut == path.npos ? path : path.substr(cut + 1);
}

std::string joined(const std::string& outer, const std::string& path) {
    if (outer.empty() || path.empty()) return outer + path;
    return path.front() == '[' ? outer + path : outer + "." + path;
}

// "'delay' must be a number", but "kind 'x' is unknown".
std::string named(const std::string& name, const std::string& reason) {
    return reason.starts_with('\'') ? fmt::format("{} {}", name, reason)
                                    : fmt::format("'{}' {}", name, reason);
}

}  // namespace

Document::Document(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Document Document::toml(std::string_view text, const std::string& file) {
    return Document(std::make_shared<State>(State{read_toml(text, file), file, {}, {}}));
}

Document Document::toml_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file))
        throw UsageError(file.string(), "cannot be read", "check its path and rights");
    return toml(std::string(std::istreambuf_iterator<char>(in), {}), file.string());
}

Document Document::json(std::string_view text, const std::string& word) {
    boost::system::error_code error;
    auto root = json::parse(text, error);
    if (error) throw UsageError(word + "s", "are no JSON: " + error.message(), "mend the JSON");
    return of(root, word);
}

Document Document::of(const json::value& root, const std::string& word) {
    return Document(std::make_shared<State>(State{{root, {}}, {}, word, {}}));
}

Document Document::alone(const json::value& root, const std::string& thing) {
    return Document(std::make_shared<State>(State{{root, {}}, {}, {}, thing}));
}

const json::value& Document::root() const {
    return state_->placed.root;
}

bool Document::has(std::string_view name) const {
    const auto* object = root().if_object();
    return object && object->contains(name);
}

Document Document::without(std::initializer_list<std::string_view> names) const {
    auto state = std::make_shared<State>(*state_);
    if (auto* object = state->placed.root.if_object())
        for (auto name : names) object->erase(name);
    Document rest(std::move(state));
    rest.within_ = within_;
    return rest;
}

Document Document::part(const std::string& name) const {
    auto state = std::make_shared<State>(*state_);
    const auto* object = root().if_object();
    const auto* found = object ? object->if_contains(name) : nullptr;
    state->placed.root = found ? json::value(*found) : json::value();
    Document made(std::move(state));
    made.within_ = joined(within_, name);
    return made;
}

Document Document::embedded(const std::string& name, const std::string& file) const {
    auto made = part(name);
    const auto* text = made.root().if_string();
    return text ? toml(*text, file) : made;
}

std::string Document::place(const std::string& path) const {
    const auto& state = *state_;
    if (!state.thing.empty()) return state.thing;
    auto whole = joined(within_, path);
    if (state.file.empty())
        return whole.empty() ? state.word + "s" : fmt::format("{} '{}'", state.word, whole);
    for (; !whole.empty(); whole = above(whole))
        if (auto line = state.placed.lines.find(whole); line != state.placed.lines.end())
            return fmt::format("{}, line {}", state.file, line->second);
    return state.file;
}

void Document::fail(const std::string& path, const std::string& reason, const std::string& mend)
    const {
    bool by_line = !state_->file.empty() && !path.empty();
    throw UsageError(place(path), by_line ? named(last_name(path), reason) : reason, mend);
}

void Document::missing(const std::string& path, const std::string& mend) const {
    if (state_->file.empty()) throw UsageError(place(path), "is missing", mend);
    throw UsageError(place(above(path)), fmt::format("'{}' is missing", last_name(path)), mend);
}

void Document::unknown(const std::string& path, const std::string& mend) const {
    auto reason = fmt::format("unknown key '{}'", last_name(path));
    if (auto whole = joined(within_, path); whole != last_name(path))
        reason += fmt::format(" ({})", whole);
    throw UsageError(place(path), state_->file.empty() ? "is unknown" : reason, mend);
}

}  // namespace base
