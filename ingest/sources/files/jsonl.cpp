#include <fmt/format.h>

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

}  // namespace

std::unique_ptr<MemberReader> read_jsonl(const MemberInput& input) {
    return std::make_unique<JsonlReader>(input);
}

}  // namespace ingest
