// The recorded list is a file of its own and no code, so that a cluster's answer is one diff to
// read.
#include "tests/schema/cluster_list.hpp"

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "base/bytes/hash.hpp"
#include "schema/placement/placement.hpp"
#include "tests/support/named_queries.hpp"

namespace test {

namespace {

// Words in a row, without comments.
std::string plain(std::string_view query) {
    std::istringstream lines{std::string(query)};
    std::string all, line, word;
    while (std::getline(lines, line)) {
        auto comment = line.find("--");
        std::istringstream words(line.substr(0, comment));
        while (words >> word) all += (all.empty() ? "" : " ") + word;
    }
    return all;
}

bool is_of_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool names(const std::string& text, std::string_view table) {
    for (auto at = text.find(table); at != text.npos; at = text.find(table, at + 1)) {
        auto end = at + table.size();
        if ((at == 0 || !is_of_word(text[at - 1])) &&
            (end == text.size() || !is_of_word(text[end])))
            return true;
    }
    return false;
}

}  // namespace

std::vector<ClusterQuery> named_queries() {
    std::vector<ClusterQuery> all;
    each_named_query([&](std::string_view module, std::string_view name, std::string_view query) {
        if (is_of_cluster(name) || preparable(query).empty()) return;
        auto text = plain(query);
        std::set<std::string> places;
        std::string tables;
        for (const auto& each : schema::placement) {
            if (!names(text, each.table)) continue;
            places.emplace(schema::name_of(each.place));
            tables += fmt::format(" {}={}", each.table, schema::name_of(each.place));
        }
        std::string list;
        for (const auto& place : places) list += (list.empty() ? "" : ",") + place;
        all.push_back(
            {.module = std::string(module),
             .name = std::string(name),
             .digest = base::sha256_hex(text + tables).substr(0, 16),
             .places = list.empty() ? "none" : list,
             .verdict = "unproven",
             .note = "-"}
        );
    });
    return all;
}

std::vector<ClusterQuery> read_cluster_list(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    std::vector<ClusterQuery> all;
    std::string line;
    while (std::getline(file, line)) {
        if (line.starts_with('#')) continue;
        std::vector<std::string> fields;
        std::istringstream in(line);
        for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
        if (fields.size() != 6) throw std::runtime_error(path + ": not six fields: " + line);
        all.push_back({fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]});
    }
    return all;
}

void write_cluster_list(
    const std::string& path,
    const std::string& server,
    const std::vector<ClusterQuery>& all
) {
    std::ofstream file(path);
    file << "# What a cluster says to each named query. Written by citus_record, which asks "
         << server << "\n";
    file << "# module\tquery\tdigest\tplaces\tverdict\tnote\n";
    for (const auto& q : all)
        file << q.module << '\t' << q.name << '\t' << q.digest << '\t' << q.places << '\t'
             << q.verdict << '\t' << q.note << '\n';
    if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

std::vector<ClusterQuery>
with_verdicts(std::vector<ClusterQuery> all, const std::vector<ClusterQuery>& proven) {
    std::map<std::string, const ClusterQuery*> known;
    for (const auto& each : proven) known[each.module + " " + each.name] = &each;
    for (auto& each : all) {
        auto found = known.find(each.module + " " + each.name);
        if (found == known.end() || found->second->digest != each.digest) continue;
        each.verdict = found->second->verdict;
        each.note = found->second->note;
    }
    return all;
}

}  // namespace test
