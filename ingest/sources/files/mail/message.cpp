#include "base/text/ascii.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/mail/mail.hpp"
#include "ingest/sources/files/sole/sole_record.hpp"

namespace ingest {

namespace {

// One message a file, as in a Maildir, whose names end in ":2," and flags.
class MessageReader : public SoleRecordReader {
public:
    explicit MessageReader(const MemberInput& input)
        : SoleRecordReader(input, "mail.too_long"), whole_(input.options.attachments) {
        auto at = input.name.rfind(":2,");
        if (at != input.name.npos) flags_ = input.name.substr(at + 3);
    }

    std::string describe() const override { return "one message a file"; }

private:
    bool read(Page& page, std::string data) override {
        add_mail(page, data, data, flags_, whole_, {});
        return true;
    }

    bool whole_;
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
