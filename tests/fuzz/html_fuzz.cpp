#include "formats/html/html.hpp"

#include "crawler/extract/metadata.hpp"
#include "tests/fuzz/input.hpp"

// The tree is sound, and facts, links and metadata can be read from it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    auto document = crawler::Document::parse(std::string(input.rest()));
    must(document.is_element(document.html()) && document.is_element(document.body()));
    for (crawler::NodeId id = 1; id < document.size(); ++id) {
        const auto& node = document[id];
        must(node.parent < document.size() && node.first_child < document.size());
        if (node.first_child) must(document[node.first_child].parent == id);
        if (node.next) must(document[node.next].previous == id);
    }
    auto url = *crawler::parse_url("http://a.example/b/c?d");
    auto facts = crawler::read_facts(document, url);
    (void)crawler::read_links(document, facts, true);
    (void)crawler::read_metadata(document, url);
    (void)document.visible_text(document.body());
    (void)document.outer_html(document.html());
    return 0;
}
