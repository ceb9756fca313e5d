#pragma once

#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "crawler/extract/content/content.hpp"

namespace crawler {

struct Post {
    std::string author;     // empty if the page does not say
    std::string published;  // as machine_date() gives it, or empty
    std::string text;       // what of the post is content, a line per block
};

BOOST_DESCRIBE_STRUCT(Post, (), (author, published, text))

// The posts of a thread, in the order of the page: the elements of one kind under one parent that
// hold most of the content, if most of them name an author or a time. Empty for other pages.
std::vector<Post> posts_of(const formats::Document& document, const Content& content);

}  // namespace crawler
