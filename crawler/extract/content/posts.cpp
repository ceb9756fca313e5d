// Forums agree on little but this: posts are elements of one kind that stand side by side, and each
// says who wrote it and when. So the group of like siblings is looked for that holds most of the
// page's content; an element's kind is its tag and the first word of its class without digits.
#include "crawler/extract/content/posts.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text/ascii.hpp"
#include "crawler/extract/article/article_date.hpp"
#include "crawler/extract/article/article_shown.hpp"
#include "crawler/extract/content/blocks.hpp"
#include "formats/text/word_finder.hpp"

namespace crawler {

namespace {

using formats::NodeId;

constexpr std::size_t longest_name = 40;

// Names that people give themselves may have digits, which a byline's name has not.
std::string author_in(const std::string& shown) {
    bool own = find_date(shown).empty() && std::any_of(shown.begin(), shown.end(), base::is_digit);
    return own ? shown : name_in_byline(shown);
}

// What forums call the place of a name, beside what other pages do.
bool names_poster(std::string_view names) {
    constexpr formats::WordFinder::Entry words[] = {
        {"user", 1},
        {"poster", 1},
        {"nick", 1},
        {"avatar", 2},
        {"title", 2},
        {"count", 2},
        {"time", 2},
        {"date", 2},
        {"content", 2},
        {"body", 2},
        {"text", 2},
    };
    static const formats::WordFinder finder(words);
    return names_author(names) || (names.size() >= 4 && finder.find(names) == 1);
}

class Finder {
public:
    Finder(const formats::Document& document, const Content& content)
        : document_(document), content_(content), letters_(document.size()) {
        const auto& struck = content.part.struck;
        for (auto id = static_cast<NodeId>(document.size() - 1); id > 0; --id) {
            if (document.is_text(id) && !struck[id])
                letters_[id] = base::trim(document[id].text).size();
            letters_[document[id].parent] += letters_[id];
        }
    }

    std::vector<Post> run() const {
        std::vector<Post> best;
        std::size_t most = letters_[document_.body()] * 4 / 10;
        for (NodeId parent = 1; parent < document_.size(); ++parent) {
            if (letters_[parent] <= most || !document_.is_element(parent)) continue;
            for (const auto& group : groups_of(parent)) {
                std::size_t letters = 0;
                for (auto id : group) letters += letters_[id];
                if (group.size() < 2 || letters <= most) continue;
                auto posts = read(group);
                auto said = std::count_if(posts.begin(), posts.end(), [](const Post& post) {
                    return !post.author.empty() || !post.published.empty();
                });
                if (posts.size() < 2 || static_cast<std::size_t>(said) * 2 < posts.size()) continue;
                most = letters;
                best = std::move(posts);
            }
        }
        return best;
    }

private:
    std::vector<std::vector<NodeId>> groups_of(NodeId parent) const {
        std::map<std::pair<formats::Tag, std::string_view>, std::vector<NodeId>> groups;
        for (auto id = document_[parent].first_child; id; id = document_[id].next) {
            if (letters_[id] == 0 || !document_.is_element(id)) continue;
            auto name = plain_name(document_.attribute(id, "class").value_or(""));
            groups[{document_[id].tag, name}].push_back(id);
        }
        std::vector<std::vector<NodeId>> all;
        for (auto& [kind, group] : groups) all.push_back(std::move(group));
        return all;
    }

    std::vector<Post> read(const std::vector<NodeId>& group) const {
        std::vector<Post> posts;
        for (auto root : group) {
            Post post;
            for (auto id = root; id; id = document_.following(id, root)) note(id, post);
            post.text = document_.visible_text(root, &content_.part.struck);
            if (!post.text.empty()) posts.push_back(std::move(post));
        }
        return posts;
    }

    // What a box with a name shows: its first link with a text, for beside it stand rank, place and
    // number of posts.
    std::string name_shown(NodeId box) const {
        for (auto id = box; id; id = document_.following(id, box)) {
            if (!document_.is_element(id) || document_[id].tag != formats::Tag::a) continue;
            auto shown = base::collapse_spaces(document_.visible_text(id));
            if (shown.size() > 1) return shown;
        }
        return base::collapse_spaces(document_.visible_text(box));
    }

    // The first author and time of a post are its own; those of quotes come after.
    void note(NodeId id, Post& post) const {
        auto value = [&](std::string_view name) {
            return document_.attribute(id, name).value_or("");
        };
        if (document_.is_text(id)) {
            auto text = base::trim(document_[id].text);
            if (post.published.empty() && text.size() >= 8 && text.size() <= 60)
                post.published = find_date(text);
            return;
        }
        if (!document_.is_element(id)) return;
        bool author = value("rel") == "author" || value("itemprop") == "author" ||
                      names_poster(value("class"));
        if (author && post.author.empty()) {
            auto shown = name_shown(id);
            if (shown.size() <= longest_name) post.author = author_in(shown);
        }
        if (post.published.empty() && !value("datetime").empty())
            post.published = machine_date(value("datetime"));
    }

    const formats::Document& document_;
    const Content& content_;
    std::vector<std::size_t> letters_;  // of content
};

}  // namespace

std::vector<Post> posts_of(const formats::Document& document, const Content& content) {
    if (content.kind != PageKind::forum || content.part.nodes.empty()) return {};
    return Finder(document, content).run();
}

}  // namespace crawler
