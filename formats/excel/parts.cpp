// XML out of a zip, read as it is unpacked.
//
// The reader of libxml2 keeps the way down to where it stands and nothing else; a cell or a text is
// expanded when it is met and dropped when it is passed. Its limits stay on: no text over 10 MB, no
// entity that swells; of elements in one that is expanded it knows no limit, so that there is one
// here. Without DTDs of our own asking nothing outside is opened.
#include "formats/excel/parts.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <libxml/xmlreader.h>

#include "base/bytes/hex.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"

namespace formats::excel {

namespace {

std::string_view view_of(const xmlChar* text) {
    return text ? reinterpret_cast<const char*>(text) : std::string_view();
}

void add_text(const xmlNode* node, std::string& into) {
    for (auto* child = node->children; child; child = child->next)
        if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE)
            into += view_of(child->content);
}

constexpr std::size_t escape_size = 7;
// Of XML: the longest text that libxml2 takes, and what stands around it.
constexpr std::size_t most_expanded = std::size_t{12} << 20;

// The UTF-16 unit that _xHHHH_ at the start stands for.
std::optional<char32_t> escaped_unit(std::string_view text) {
    const auto part = text.substr(0, escape_size);
    if (part.size() < escape_size || !part.starts_with("_x") || part.back() != '_')
        return std::nullopt;
    char32_t unit = 0;
    for (char c : part.substr(2, 4)) {
        if (base::hex_value(c) < 0) return std::nullopt;
        unit = unit * 16 + static_cast<char32_t>(base::hex_value(c));
    }
    return unit;
}

bool is_high(char32_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(char32_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

}  // namespace

// "_x000D_" is a carriage return; "_x005F_" is how a '_' is written before what looks like one. A
// letter of two halves is two of them.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto unit = escaped_unit(text.substr(at));
        if (!unit) {
            out += text[at++];
            continue;
        }
        at += escape_size;
        auto code = *unit;
        const auto low = is_high(code) ? escaped_unit(text.substr(at)) : std::nullopt;
        if (low && is_low(*low)) {
            code = 0x10000 + ((code - 0xD800) << 10U) + (*low - 0xDC00);
            at += escape_size;
        }
        // A NUL is no text; half a letter is a replacement character.
        if (code != 0) base::append_utf8(code, out);
    }
    return out;
}

std::unique_ptr<Part>
Part::open(const Package& package, const std::string& name, std::uint64_t limit) {
    auto bytes = Bytes::members_of(package.path, package.shown);
    while (bytes->next_member())
        if (bytes->member() == name)
            return std::unique_ptr<Part>(
                new Part(std::move(bytes), package.shown + "/" + name, limit)
            );
    return nullptr;
}

std::size_t Part::read(char* into, std::size_t size) {
    const auto got = bytes_->read(into, size);
    if (got > left_)
        throw base::Error(name_, "is larger unpacked than a workbook may be", "save it as CSV");
    left_ -= got;
    return got;
}

std::string read_part(const Package& package, const std::string& name, std::uint64_t limit) {
    std::string all;
    auto part = Part::open(package, name, limit);
    if (!part) return all;
    std::string block(64 * 1024, '\0');
    while (auto got = part->read(block.data(), block.size())) all.append(block, 0, got);
    return all;
}

// What libxml2 reads from. Nothing may be thrown through it.
struct Elements::Feed {
    std::unique_ptr<Part> part;
    std::exception_ptr failure;
    std::size_t left = unlimited;  // bytes that may be read

    static constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

    static int read(void* self, char* into, int size) {
        auto& feed = *static_cast<Feed*>(self);
        try {
            const auto got = feed.part->read(into, static_cast<std::size_t>(size));
            if (got > feed.left)
                throw base::Error(
                    feed.part->name(),
                    "an element of it is longer than 12 MiB",
                    "save it as CSV with a spreadsheet"
                );
            if (feed.left != unlimited) feed.left -= got;
            return static_cast<int>(got);
        } catch (...) {
            feed.failure = std::current_exception();
            return -1;
        }
    }
};

Elements::Elements(std::unique_ptr<Part> part)
    : feed_(std::make_unique<Feed>(Feed{.part = std::move(part), .failure = nullptr})) {
    reader_ = xmlReaderForIO(
        &Feed::read,
        nullptr,
        feed_.get(),
        nullptr,
        nullptr,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT
    );
    if (!reader_) {
        if (feed_->failure) std::rethrow_exception(feed_->failure);
        throw base::Error(feed_->part->name(), "is no XML");
    }
}

Elements::~Elements() {
    xmlFreeTextReader(reader_);
}

void Elements::move(int code) {
    over_ = code == 0;
    if (code >= 0 && !feed_->failure) return;
    if (feed_->failure) std::rethrow_exception(feed_->failure);
    throw base::Error(
        feed_->part->name(),
        fmt::format("is no XML, in line {}", xmlTextReaderGetParserLineNumber(reader_)),
        "open and save the workbook again"
    );
}

bool Elements::next(std::initializer_list<std::string_view> names) {
    for (;;) {
        if (!std::exchange(stay_, false)) move(xmlTextReaderRead(reader_));
        if (over_) return false;
        const bool ends = is_end();
        if (!ends && xmlTextReaderNodeType(reader_) != XML_READER_TYPE_ELEMENT) continue;
        for (auto wanted : names) {
            if (wanted.starts_with('/') != ends) continue;
            if (wanted.substr(ends ? 1 : 0) == name()) return true;
        }
    }
}

bool Elements::is_end() const {
    return xmlTextReaderNodeType(reader_) == XML_READER_TYPE_END_ELEMENT;
}

void Elements::pass() {
    move(xmlTextReaderNext(reader_));
    stay_ = true;
}

std::string_view Elements::name() const {
    return view_of(xmlTextReaderConstLocalName(reader_));
}

bool Elements::is_in(std::string_view wanted) const {
    const auto* node = xmlTextReaderCurrentNode(reader_);
    return node && node->parent && view_of(node->parent->name) == wanted;
}

std::string Elements::attribute(std::string_view wanted) const {
    std::string value;
    if (xmlTextReaderMoveToFirstAttribute(reader_) != 1) return value;
    do {
        if (view_of(xmlTextReaderConstLocalName(reader_)) == wanted) {
            value = view_of(xmlTextReaderConstValue(reader_));
            break;
        }
    } while (xmlTextReaderMoveToNextAttribute(reader_) == 1);
    xmlTextReaderMoveToElement(reader_);
    return value;
}

const _xmlNode* Elements::whole() {
    feed_->left = most_expanded;
    auto* node = xmlTextReaderExpand(reader_);
    feed_->left = Feed::unlimited;
    if (!node) move(-1);
    return node;
}

const _xmlNode* child_of(const _xmlNode* node, std::string_view name) {
    for (auto* child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE && view_of(child->name) == name) return child;
    return nullptr;
}

bool child_text(const _xmlNode* node, std::string_view name, std::string& into) {
    const auto* child = child_of(node, name);
    if (!child) return false;
    into.clear();
    add_text(child, into);
    return true;
}

std::string rich_text(const _xmlNode* node) {
    std::string text;
    for (auto* child = node->children; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE) continue;
        if (view_of(child->name) == "t") add_text(child, text);
        if (view_of(child->name) == "r")
            if (const auto* run = child_of(child, "t")) add_text(run, text);
    }
    return unescaped(text);
}

}  // namespace formats::excel
