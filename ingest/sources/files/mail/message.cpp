#include "base/text/ascii.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/mail/mail.hpp"

namespace ingest {

namespace {

// One message a file, as in a Maildir, whose names end in ":2," and flags.
class MessageReader : public MemberReader {
public:
    explicit MessageReader(const MemberInput& input)
        : bytes_(input.bytes),
          limit_(input.options.max_record),
          whole_(input.options.attachments),
          done_(input.start.index > 0) {
        auto at = input.name.rfind(":2,");
        if (at != input.name.npos) flags_ = input.name.substr(at + 3);
    }

    bool next(Page& page) override {
        if (std::exchange(done_, true)) return false;
        auto data = read_whole(bytes_, limit_);
        page.bytes += data ? data->size() : 0;
        if (data) {
            add_mail(page, *data, *data, flags_, whole_, {});
        } else {
            refuse_mail(page, {}, {}, "mail.too_long", "a message is longer than the limit");
        }
        return true;
    }

    Position position() const override { return {bytes_.offset(), 1, done_ ? 1 : 0}; }
    std::string describe() const override { return "one message a file"; }

private:
    formats::Bytes& bytes_;
    std::size_t limit_;
    bool whole_;
    bool done_;
    std::string flags_;
};

// A header of mail: lines "Name: value" of which several have names that only mail has.
bool looks_like_mail(std::string_view text) {
    int known = 0;
    bool inside = false;
    while (!text.empty()) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty() || line == "\r") break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (!inside) return false;
            continue;
        }
        auto name = line.substr(0, line.find(':'));
        if (name.size() == line.size() || name.empty() || name.find(' ') != name.npos) return false;
        inside = true;
        for (std::string_view one :
             {"received",
              "return-path",
              "message-id",
              "mime-version",
              "from",
              "date",
              "subject",
              "to",
              "delivered-to"})
            known += base::equal_ignoring_case(name, one);
    }
    return known >= 3;
}

std::string message_look(const Sample& sample) {
    return sample.named({"eml"}) || looks_like_mail(sample.text) ? "a header of mail" : "";
}

constexpr Sign signs[]{{Strength::look, message_look}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<MessageReader>(input);
}

}  // namespace

const Format message_format{
    .name = "message",
    .words = "a message a file, as in a Maildir",
    .signs = signs,
    .open = open,
};

}  // namespace ingest
