// A message as a record: what a reader of mail wants as fields, and all headers as JSON beside
// them.
//
// The key is the message's id, so that a mail that lies in two folders is one record; a message
// without an id, or with an absurd one, is known by its bytes.
#include "ingest/sources/files/mail/mail.hpp"

#include <map>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "ingest/sources/files/mail/mime.hpp"

namespace ingest {

namespace json = boost::json;

namespace {

constexpr std::size_t raw_limit = 16 * 1024 * 1024;  // of a reject

std::string attachments_of(const Mail& mail) {
    json::array all;
    for (const auto& one : mail.attachments)
        all.push_back(json::object{
            {"name", one.name},
            {"type", one.media_type},
            {"size", one.size},
            {"sha256", one.sha256}});
    return json::serialize(all);
}

// Names in lower case; of several headers of a name a list.
std::string headers_of(const Mail& mail) {
    std::map<std::string, json::array> all;
    for (const auto& [name, value] : mail.headers) {
        all[base::to_lower(name)].emplace_back(value);
    }
    json::object object;
    for (auto& [name, values] : all)
        object[name] =
            values.size() == 1 ? std::move(values.front()) : json::value(std::move(values));
    return json::serialize(object);
}

}  // namespace

void add_mail(
    Page& page,
    std::string_view raw,
    const std::string& content,
    std::string_view flags,
    bool whole,
    const Position& place
) {
    auto mail = parse_mail(content);
    if (!mail)
        return refuse_mail(
            page, raw, place, "mail.no_header", "a message must start with a header"
        );
    auto& record = page.records.emplace_back();
    record.first_field = static_cast<std::uint32_t>(page.fields.size());
    for (auto [name, value] :
         {std::pair("message_id", &mail->id),
          std::pair("subject", &mail->subject),
          std::pair("from", &mail->from),
          std::pair("to", &mail->to),
          std::pair("cc", &mail->cc),
          std::pair("date", &mail->date),
          std::pair("in_reply_to", &mail->in_reply_to),
          std::pair("references", &mail->references),
          std::pair("text", &mail->text),
          std::pair("html", &mail->html)})
        if (!value->empty()) page.fields.push_back({name, page.arena.keep(*value)});
    if (!flags.empty()) page.fields.push_back({"flags", page.arena.keep(flags)});
    page.fields.push_back(
        {"attachments", page.arena.keep(attachments_of(*mail)), formats::Field::Kind::json}
    );
    page.fields.push_back(
        {"headers", page.arena.keep(headers_of(*mail)), formats::Field::Kind::json}
    );
    record.fields = static_cast<std::uint32_t>(page.fields.size()) - record.first_field;
    record.raw = page.arena.keep(raw);
    record.key = page.arena.keep(
        mail->id.empty() || mail->id.size() > 1000 ? "sha256:" + base::sha256_hex(content)
                                                   : mail->id
    );
    record.line = place.line;
    record.byte_offset = place.offset;
    if (!whole) return;
    record.blob = page.arena.keep(content);
    record.media_type = "message/rfc822";
}

void refuse_mail(
    Page& page,
    std::string_view raw,
    const Position& place,
    std::string_view code,
    std::string reason
) {
    auto& bad = page.rejects.emplace_back();
    bad.raw = raw.substr(0, raw_limit);
    bad.line = place.line;
    bad.byte_offset = place.offset;
    bad.code = code;
    bad.reason = std::move(reason);
}

}  // namespace ingest
