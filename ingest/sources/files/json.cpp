// The elements of an array in a JSON text.
//
// Elements are found by their brackets alone and judged one by one, so that memory is flat and a
// broken one costs only itself; a parser of the whole text could do neither. The array is entered
// once, at the start; a resumed run passes the same way again and then skips to where it was.
#include <fmt/format.h>

#include "base/error.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/text_records.hpp"

namespace ingest {

namespace {

// The elements of one array in a JSON text: of the top-level array, of the array at a JSON pointer
// (RFC 6901, object members only), or of the first array of objects in the top-level object. A text
// without one is itself the record, and so is each of several texts behind each other. Elements are
// found by their brackets, so a broken one costs only itself.
class JsonReader : public TextRecords {
public:
    explicit JsonReader(const MemberInput& input)
        : TextRecords(input), path_(input.options.record_path) {
        if (path_.empty() || path_ == "/") {
            find_array();
        } else {
            follow(path_);
        }
        if (input.start.offset > text_.offset()) ended_ = !text_.skip_to(input.start.offset);
        place_ = input.start.offset > 0 ? input.start : place_;
    }

    bool next(Page& page) override {
        while (!ended_) {
            if (!skip_blanks()) break;
            char c = text_.window().front();
            if (c == ',') {
                advance(1);
                continue;
            }
            if (in_array_ && c == ']') break;
            if (c == ']' || c == '}') {
                reject(page, 1, 1, "json.syntax", "a closing bracket without an opening one");
                return true;
            }
            auto size = value_size();
            if (!size) {
                auto rest = text_.window().size();
                reject(page, rest, rest, "json.syntax", "the value does not end");
                return true;
            }
            add_json(page, *size, *size);
            return true;
        }
        ended_ = true;
        return false;
    }

    std::string describe() const override {
        return fmt::format(
            "{}; {}", in_array_ ? "records at " + where_ : "each text is a record", encoding_said()
        );
    }

    std::string preamble() const override { return "["; }
    void fix(ReadOptions& options) const override {
        TextRecords::fix(options);
        options.record_path.clear();
    }

private:
    bool skip_blanks() {
        for (;;) {
            auto at = text_.window().find_first_not_of(" \t\r\n");
            if (at != std::string_view::npos) {
                advance(at);
                return true;
            }
            advance(text_.window().size());
            if (!text_.more()) return false;
        }
    }

    // Of the value at the window's start, or nothing if it does not end within the limit.
    std::optional<std::size_t> value_size() {
        for (;;) {
            if (auto size = formats::end_of_value(text_.window(), false)) return size;
            if (text_.window().size() > limit_) return std::nullopt;
            if (!text_.more()) return formats::end_of_value(text_.window(), true);
        }
    }

    [[noreturn]] void missing() const {
        throw base::Error(
            "record path '" + path_ + "'",
            "not in the input",
            "give the pointer to an array, as /data/items"
        );
    }

    // Enters the array at `pointer`, passing over whatever comes before it.
    void follow(std::string_view pointer) {
        while (!pointer.empty()) {
            pointer.remove_prefix(pointer.front() == '/');
            auto step = pointer.substr(0, pointer.find('/'));
            pointer.remove_prefix(step.size());
            if (!skip_blanks() || text_.window().front() != '{') missing();
            advance(1);
            while (true) {
                if (!skip_blanks()) missing();
                if (text_.window().front() == ',') {
                    advance(1);
                    continue;
                }
                if (text_.window().front() != '"') missing();
                bool found = take_name() == step;
                if (!skip_blanks()) missing();
                if (found) break;
                pass_value();
            }
        }
        enter_array(path_);
    }

    // The member name at the window's start; moves behind its colon.
    std::string take_name() {
        auto size = value_size();
        if (!size) missing();
        formats::Arena arena;
        std::vector<formats::Field> field;
        auto object = "{" + std::string(text_.window().substr(0, *size)) + ":0}";
        formats::add_members(object, arena, field);
        advance(*size);
        if (!skip_blanks() || text_.window().front() != ':') missing();
        advance(1);
        return field.empty() ? std::string() : std::string(field.front().name);
    }

    void pass_value() {
        auto size = value_size();
        if (!size) missing();
        advance(*size);
    }

    void enter_array(std::string where) {
        if (!skip_blanks() || text_.window().front() != '[') missing();
        advance(1);
        in_array_ = true;
        where_ = std::move(where);
    }

    // Looks at the first part of the text only.
    void find_array() {
        if (!skip_blanks()) return;
        if (text_.window().front() == '[') return enter_array("the top-level array");
        (void)text_.fill(64 * 1024);
        auto window = text_.window();
        std::size_t i = window.find_first_not_of(" \t\r\n", 1);
        while (i < window.size() && window[i] == '"') {
            auto name = formats::end_of_value(window.substr(i), false);
            if (!name) return;
            auto colon = window.find_first_not_of(" \t\r\n", i + *name);
            if (colon >= window.size() || window[colon] != ':') return;
            auto value = window.find_first_not_of(" \t\r\n", colon + 1);
            if (value >= window.size()) return;
            if (window[value] == '[') {
                auto inner = window.find_first_not_of(" \t\r\n", value + 1);
                if (inner < window.size() && window[inner] == '{') {
                    auto where = "/" + std::string(window.substr(i + 1, *name - 2));
                    advance(value);
                    return enter_array(where);
                }
            }
            auto size = formats::end_of_value(window.substr(value), false);
            if (!size) return;
            i = window.find_first_not_of(" \t\r\n", value + *size);
            if (i < window.size() && window[i] == ',')
                i = window.find_first_not_of(" \t\r\n", i + 1);
        }
    }

    std::string path_;
    std::string where_;
    bool in_array_ = false;
    bool ended_ = false;
};

std::string by_start(const Sample& sample) {
    const auto text = sample.text;
    if (text.starts_with('{')) {
        const bool one = !formats::check_json(text.substr(0, text.find('\n')));
        return one ? "one JSON object" : "starts with an object over several lines";
    }
    if (!text.starts_with('[')) return {};
    const auto inner = text.find_first_not_of(" \t\r\n", 1);
    const bool value =
        inner == text.npos ||
        std::string_view("{[\"]-0123456789tfn").find(text[inner]) != std::string_view::npos;
    return value ? "starts with an array" : "";
}

std::string by_name(const Sample& sample) {
    return sample.named({"json"}) ? "the name ends in ." + std::string(sample.extension) : "";
}

constexpr Sign signs[]{{Strength::start, by_start}, {Strength::name, by_name}};
constexpr std::string_view media_types[]{"application/json"};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<JsonReader>(input);
}

}  // namespace

const Format json_format{
    .name = "json",
    .words = "a JSON text: each element of its array, or the text itself",
    .signs = signs,
    .media_types = media_types,
    .open = open,
};

}  // namespace ingest
