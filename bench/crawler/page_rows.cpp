// What the models of page kinds and blocks are fitted to: page_rows LIST OUT. A line of LIST is an
// id of four letters and the path of a page; OUT.rows gets, page by page, the id, three 32-bit
// counts (blocks, numbers of a block, numbers of a page) and the numbers as 32-bit floats;
// OUT.jsonl the texts of the blocks, OUT.names the names of the numbers ("page NAME", "block
// NAME"). fit_pages.py reads them.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include <boost/json.hpp>

#include "crawler/extract/content/features.hpp"
#include "crawler/extract/metadata.hpp"
#include "formats/html/html.hpp"
#include "formats/text/charset.hpp"

namespace {

void put(std::ostream& out, const void* bytes, std::size_t size) {
    out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

void put_page(
    std::ostream& rows,
    std::ostream& texts,
    const std::string& out,
    const std::string& id,
    std::string html
) {
    static const auto url = *formats::parse_url("http://localhost/");
    auto document = formats::Document::parse(formats::decode_page(html, {}));
    crawler::show_unscripted(document);
    auto facts = formats::read_facts(document, url);
    crawler::PageBlocks blocks(document, crawler::find_main_part(document));
    std::vector<std::string> of_page, of_block;
    auto page = crawler::describe_page(blocks, facts, crawler::read_jsonld(document), &of_page);
    auto all = crawler::describe_blocks(blocks, facts.title, {}, &of_block);
    const std::uint32_t counts[] = {
        static_cast<std::uint32_t>(all.size()),
        static_cast<std::uint32_t>(of_block.size()),
        static_cast<std::uint32_t>(page.size())};
    put(rows, id.data(), 4);
    put(rows, counts, sizeof counts);
    put(rows, page.data(), page.size() * sizeof(float));
    for (const auto& row : all) put(rows, row.data(), row.size() * sizeof(float));
    boost::json::array lines;
    for (const auto& block : blocks.blocks()) lines.emplace_back(block.text);
    texts << boost::json::object{{"id", id}, {"texts", std::move(lines)}} << '\n';
    if (of_block.empty()) return;
    std::ofstream names(out + ".names");
    for (const auto& name : of_page) names << "page " << name << '\n';
    for (const auto& name : of_block) names << "block " << name << '\n';
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) {
        std::fprintf(stderr, "page_rows LIST OUT\n");
        return 2;
    }
    const std::string out = words[2];
    std::ifstream list(words[1]);
    std::ofstream rows(out + ".rows", std::ios::binary), texts(out + ".jsonl");
    std::string id, path;
    while (list >> id >> path) {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream html;
        html << file.rdbuf();
        if (!file || id.size() != 4) {
            std::fprintf(
                stderr, "%s: can not be read, or its id has not four letters\n", path.c_str()
            );
            return 1;
        }
        put_page(rows, texts, out, id, html.str());
    }
    return 0;
}
