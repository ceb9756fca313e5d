#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "formats/archive/bytes.hpp"

struct _xmlNode;
struct _xmlTextReader;

// The parts of an Office Open XML file: XML in a zip.
namespace formats::excel {

struct Package {
    std::string path;
    std::string shown;  // what it is called where something is wrong
};

// One part, unpacked as it is read; more than `limit` bytes throw base::Error. Null if there is no
// such part.
class Part {
public:
    static std::unique_ptr<Part>
    open(const Package& package, const std::string& name, std::uint64_t limit);

    // 0 at the end.
    std::size_t read(char* into, std::size_t size);
    // Behind that of its package.
    const std::string& name() const { return name_; }

private:
    Part(std::unique_ptr<Bytes> bytes, std::string name, std::uint64_t limit)
        : bytes_(std::move(bytes)), name_(std::move(name)), left_(limit) {}

    std::unique_ptr<Bytes> bytes_;
    std::string name_;
    std::uint64_t left_;
};

// All of a part. Empty if there is none of that name.
std::string read_part(const Package& package, const std::string& name, std::uint64_t limit);

// The elements of a part one after the other, in the memory of one. No entity is replaced but those
// of XML itself, and nothing outside is read.
class Elements {
public:
    explicit Elements(std::unique_ptr<Part> part);
    ~Elements();
    Elements(const Elements&) = delete;

    // Moves to the next element of one of these names, wherever it stands; "/row" is where one of
    // that name ends. False at the end. Throws base::Error for what is no XML.
    bool next(std::initializer_list<std::string_view> names);
    // Whether next() moved to where an element ends.
    bool is_end() const;
    // Behind all that is in the present element.
    void pass();
    std::string_view name() const;
    // Whether it stands right in one of that name.
    bool is_in(std::string_view name) const;
    // Empty if it has none. Of any prefix.
    std::string attribute(std::string_view name) const;
    // The present element with all that is in it, until the next move. Throws base::Error for one
    // of more than 12 MiB.
    const _xmlNode* whole();

private:
    struct Feed;
    std::unique_ptr<Feed> feed_;
    _xmlTextReader* reader_ = nullptr;
    bool over_ = false;  // nothing is left
    bool stay_ = false;  // the reader stands on what next() has to look at
    void move(int code);
};

// Of a node that whole() gave. Texts beside each other are one; `t` within `r` counts, phonetic
// texts do not; _xHHHH_ is the character that it stands for.
std::string rich_text(const _xmlNode* node);
// The text of the first child of that name; false if there is none.
bool child_text(const _xmlNode* node, std::string_view name, std::string& into);
// With _xHHHH_ undone.
std::string unescaped(std::string_view text);
const _xmlNode* child_of(const _xmlNode* node, std::string_view name);

}  // namespace formats::excel
