// What a mail says, taken out of MIME by GMime.
//
// Headers of strangers are in any encoding whatever they claim, and what is stored must be UTF-8:
// GMime decodes what is labelled, the guess of base/text the rest. Depth is limited, because
// multiparts nest.
#include "ingest/sources/files/mail/mime.hpp"

#include <memory>
#include <mutex>

#include <gmime/gmime.h>

#include "base/bytes/hash.hpp"
#include "base/text/decoder.hpp"
#include "base/text/encoding_guess.hpp"
#include "base/text/utf8.hpp"
#include "schema/records/record.hpp"

namespace ingest {

namespace {

template <typename T>
struct Unref {
    void operator()(T* object) const { g_object_unref(object); }
};
template <typename T>
using Held = std::unique_ptr<T, Unref<T>>;

constexpr int deepest = 50;

void start_library() {
    static std::once_flag once;
    std::call_once(once, [] { g_mime_init(); });
}

// UTF-8 that can be stored, whatever the library gives.
std::string clean(const char* text) {
    if (!text) return {};
    std::string_view given(text);
    if (base::is_utf8(given)) return std::string(given);
    return base::decode_as(given, base::guess_legacy(given).value_or(base::Encoding::windows1252));
}

std::string taken(char* text) {
    auto out = clean(text);
    g_free(text);
    return out;
}

std::string without_nul(std::string text) {
    for (auto at = text.find('\0'); at != text.npos; at = text.find('\0', at))
        text.replace(at, 1, "\xef\xbf\xbd");
    return text;
}

std::string addresses(InternetAddressList* list) {
    return list && internet_address_list_length(list) > 0
               ? taken(internet_address_list_to_string(list, nullptr, FALSE))
               : std::string();
}

std::string decoded_bytes(GMimePart* part) {
    auto* content = g_mime_part_get_content(part);
    if (!content) return {};
    Held<GMimeStream> memory(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(content, memory.get());
    auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
    return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

class Walk {
public:
    explicit Walk(Mail& mail) : mail_(mail) {}

    void visit(GMimeObject* object, int depth) {
        if (!object || depth > deepest) return;
        if (GMIME_IS_MULTIPART(object)) {
            auto* parts = GMIME_MULTIPART(object);
            for (int i = 0; i < g_mime_multipart_get_count(parts); ++i)
                visit(g_mime_multipart_get_part(parts, i), depth + 1);
        } else if (GMIME_IS_MESSAGE_PART(object)) {
            add_message(object);
        } else if (GMIME_IS_PART(object)) {
            add_part(GMIME_PART(object));
        }
    }

private:
    static std::string media_type(GMimeObject* object) {
        auto* type = g_mime_object_get_content_type(object);
        return type ? taken(g_mime_content_type_get_mime_type(type)) : std::string();
    }

    void add_message(GMimeObject* object) {
        auto text = g_mime_object_to_string(object, nullptr);
        std::string_view bytes = text ? text : "";
        mail_.attachments.push_back({"", media_type(object), bytes.size(), base::sha256_hex(bytes)}
        );
        g_free(text);
    }

    void add_part(GMimePart* part) {
        auto* object = GMIME_OBJECT(part);
        if (GMIME_IS_TEXT_PART(object) && !g_mime_part_is_attachment(part)) {
            auto text = without_nul(taken(g_mime_text_part_get_text(GMIME_TEXT_PART(object))));
            auto type = media_type(object);
            auto& into = type == "text/html" ? mail_.html : mail_.text;
            if (type == "text/html" || type == "text/plain") {
                if (!into.empty() && !text.empty()) into += "\n";
                into += text;
                return;
            }
        }
        auto bytes = decoded_bytes(part);
        mail_.attachments.push_back(
            {clean(g_mime_part_get_filename(part)),
             media_type(object),
             bytes.size(),
             base::sha256_hex(bytes)}
        );
    }

    Mail& mail_;
};

void read_headers(GMimeMessage* message, Mail& mail) {
    mail.id = clean(g_mime_message_get_message_id(message));
    mail.subject = clean(g_mime_message_get_subject(message));
    mail.from = addresses(g_mime_message_get_from(message));
    mail.to = addresses(g_mime_message_get_to(message));
    mail.cc = addresses(g_mime_message_get_cc(message));
    if (auto* date = g_mime_message_get_date(message))
        mail.date = taken(g_date_time_format(date, "%Y-%m-%dT%H:%M:%S%:z"));
    auto* list = g_mime_object_get_header_list(GMIME_OBJECT(message));
    for (int i = 0; i < g_mime_header_list_get_count(list); ++i) {
        auto* header = g_mime_header_list_get_header_at(list, i);
        auto name = clean(g_mime_header_get_name(header));
        auto value = clean(g_mime_header_get_value(header));
        if (g_ascii_strcasecmp(name.c_str(), "In-Reply-To") == 0) mail.in_reply_to = value;
        if (g_ascii_strcasecmp(name.c_str(), "References") == 0) mail.references = value;
        mail.headers.emplace_back(std::move(name), std::move(value));
    }
}

// A name of printable characters and a colon, as a header's first line has.
bool starts_with_header(std::string_view bytes) {
    auto colon = bytes.find_first_of(": \t\r\n");
    if (colon == bytes.npos || colon == 0 || bytes[colon] != ':') return false;
    for (char c : bytes.substr(0, colon))
        if (c <= ' ' || c >= 127) return false;
    return true;
}

}  // namespace

std::optional<Mail> parse_mail(std::string_view bytes) {
    if (!starts_with_header(bytes)) return std::nullopt;
    start_library();
    Held<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
    Held<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    std::unique_ptr<GMimeParserOptions, decltype(&g_mime_parser_options_free)> options(
        g_mime_parser_options_new(), g_mime_parser_options_free
    );
    const char* charsets[] = {"utf-8", "windows-1252", nullptr};
    g_mime_parser_options_set_fallback_charsets(options.get(), charsets);
    Held<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), options.get()));
    if (!message) return std::nullopt;
    Mail mail;
    read_headers(message.get(), mail);
    if (mail.headers.empty()) return std::nullopt;
    Walk(mail).visit(g_mime_message_get_mime_part(message.get()), 0);
    return mail;
}

}  // namespace ingest
