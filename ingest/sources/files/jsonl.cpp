#include <fmt/format.h>

#include "formats/json/json.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/text_records.hpp"

namespace ingest {

namespace {

// JSON lines: one object a line; empty lines do not count.
class JsonlReader : public TextRecords {
public:
    explicit JsonlReader(const MemberInput& input) : TextRecords(input) { ended_ = !resume(); }

    bool next(Page& page) override {
        while (!ended_) {
            auto window = text_.window();
            auto end = window.find('\n', looked_at_);
            if (end == window.npos) {
                looked_at_ = window.size();
                if (window.size() <= limit_ && text_.more()) continue;
                window = text_.window();  // more() may have moved it, found or not
                if (window.size() > limit_) {
                    looked_at_ = 0;
                    reject(
                        page,
                        window.size(),
                        window.size(),
                        "json.too_long",
                        "a line is longer than the limit"
                    );
                    return true;
                }
                end = window.size();
                ended_ = true;
            }
            looked_at_ = 0;
            auto size = end;
            while (size > 0 && (window[size - 1] == '\r' || window[size - 1] == ' ' ||
                                window[size - 1] == '\t'))
                --size;
            auto next = std::min(end + 1, window.size());
            if (window.substr(0, size).find_first_not_of(" \t\r") >= size) {
                advance(next);
                continue;
            }
            add_json(page, size, next);
            return true;
        }
        return false;
    }

    std::string describe() const override {
        return fmt::format("one object a line; {}", encoding_said());
    }

private:
    std::size_t looked_at_ = 0;
    bool ended_ = false;
};

std::string by_start(const Sample& sample) {
    if (!sample.text.starts_with('{')) return {};
    if (sample.named({"jsonl", "ndjson"}))
        return "an object, and the name ends in ." + std::string(sample.extension);
    const auto line = sample.text.substr(0, sample.text.find('\n'));
    if (formats::check_json(line)) return {};
    const auto rest = sample.text.substr(line.size());
    const auto next = rest.find_first_not_of(" \t\r\n");
    return next != rest.npos && rest[next] == '{' ? "each line is an object" : "";
}

std::string by_name(const Sample& sample) {
    return sample.named({"jsonl", "ndjson"}) ? "the name ends in ." + std::string(sample.extension)
                                             : "";
}

constexpr Sign signs[]{{Strength::start, by_start}, {Strength::name, by_name}};
constexpr std::string_view media_types[]{
    "application/x-ndjson",
    "application/jsonl",
    "application/json-seq"};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<JsonlReader>(input);
}

}  // namespace

const Format jsonl_format{
    .name = "jsonl",
    .words = "JSON lines: the object of each line",
    .signs = signs,
    .media_types = media_types,
    .open = open,
};

}  // namespace ingest
