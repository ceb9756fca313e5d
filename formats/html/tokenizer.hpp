#pragma once

#include <string_view>

#include "formats/html/document.hpp"
#include "formats/html/tree/builder.hpp"

namespace formats {

// Cuts a page into tags, texts and comments (HTML standard, 13.2.5) and hands them to a
// TreeBuilder.
class Tokenizer {
public:
    Tokenizer(Document& document, TreeBuilder& builder, std::string_view html)
        : document_(document), builder_(builder), html_(html) {}

    void run();

private:
    void text(std::size_t from, std::size_t to);
    void markup();
    void start_tag();
    void end_tag();
    bool attribute();  // reads one into document_.attributes_; false at the end of the tag
    std::string_view name_until(unsigned stops);  // the roles of the bytes that end it
    std::string_view value();
    void comment();
    void bogus_comment(std::size_t from);
    void doctype();
    void raw_text(Tag tag, std::string_view name);
    std::size_t end_of_raw(Tag tag, std::string_view name) const;
    void skip_spaces();

    Document& document_;
    TreeBuilder& builder_;
    std::string_view html_;
    std::size_t at_ = 0;
    bool self_closing_ = false;
};

}  // namespace formats
