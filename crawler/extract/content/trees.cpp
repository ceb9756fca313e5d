// Trees lie one behind the other in one array, each node before its first subtree, which is where
// most rows go: to walk down is to step forward. A page asks for some hundred thousand steps, of
// which two in five ask what its blocks all answer alike (they share what is said of the page):
// these questions are answered once, and the trees that are left are walked.
#include "crawler/extract/content/trees.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace crawler {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        auto end = std::min(line.find(' '), line.size());
        if (end > 0) words.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

template <typename Number>
Number number_of(std::string_view word) {
    Number value{};
    auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size())
        throw std::runtime_error("trees: '" + std::string(word) + "' is no number");
    return value;
}

std::uint16_t place_of(std::string_view feature, const std::vector<std::string>& names) {
    auto found = std::find(names.begin(), names.end(), feature);
    if (found == names.end())
        throw std::runtime_error("trees: rows have no feature '" + std::string(feature) + "'");
    return static_cast<std::uint16_t>(found - names.begin());
}

}  // namespace

Trees Trees::parse(std::string_view text, const std::vector<std::string>& names) {
    Trees trees;
    std::vector<std::uint16_t> places;  // of the features in a row
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        auto words = words_of(line);
        if (words.empty() || words.front().starts_with('#')) continue;
        bool features = words.front() == "features";
        if (features || words.front() == "base") {
            for (auto word : std::span(words).subspan(1)) {
                if (features) {
                    places.push_back(place_of(word, names));
                } else {
                    trees.bases_.push_back(number_of<double>(word));
                }
            }
            continue;
        }
        trees.roots_.push_back(static_cast<std::uint32_t>(trees.nodes_.size()));
        std::vector<std::size_t> open;  // nodes that wait for their second subtree
        std::size_t missing = 1;        // subtrees that have yet to come
        for (auto word : words) {
            auto at = trees.nodes_.size();
            auto& node = trees.nodes_.emplace_back();
            auto mark = word.find('<');
            if (mark != word.npos) {
                node.feature = places.at(number_of<std::size_t>(word.substr(0, mark)));
                node.value = number_of<float>(word.substr(mark + 1));
                open.push_back(at);
                ++missing;
            } else {
                node.value = number_of<float>(word.substr(1));
                --missing;
                if (open.empty()) continue;
                trees.nodes_[open.back()].other = static_cast<std::uint16_t>(at + 1 - open.back());
                open.pop_back();
            }
        }
        if (missing != 0) throw std::runtime_error("trees: a tree ends early");
    }
    return trees;
}

float Trees::walk(const Node* node, std::span<const float> row) {
    while (node->other) node += row[node->feature] <= node->value ? 1 : node->other;
    return node->value;
}

double Trees::sum(std::span<const float> row, std::size_t output) const {
    double sum = bases_[output];
    for (auto tree = output; tree < roots_.size(); tree += bases_.size())
        sum += walk(&nodes_[roots_[tree]], row);
    return sum;
}

// What is left of trees for rows of which the least and the largest of each number are known.
struct Trees::Pruning {
    const std::vector<Node>& nodes;
    std::vector<float> least, most;
    std::vector<Node> left{};

    void widen(std::span<const float> row) {
        auto *low = least.data(), *high = most.data();
        for (std::size_t i = 0; i < least.size(); ++i) {
            auto value = row[i];
            low[i] = value < low[i] ? value : low[i];
            high[i] = value > high[i] ? value : high[i];
        }
    }

    void add(std::size_t at) {
        for (;;) {
            const auto& node = nodes[at];
            if (!node.other ||
                (least[node.feature] <= node.value && most[node.feature] > node.value))
                break;
            at += most[node.feature] <= node.value ? 1 : node.other;
        }
        auto made = left.size();
        left.push_back(nodes[at]);
        if (!nodes[at].other) return;
        add(at + 1);
        left[made].other = static_cast<std::uint16_t>(left.size() - made);
        add(at + nodes[at].other);
    }
};

// Tree by tree: rows that follow one another are alike, and go the same way.
std::vector<double> Trees::chance_of_each(std::span<const std::vector<float>> rows) const {
    std::vector<double> all(rows.size(), bases_.front());
    if (rows.empty()) return all;
    Pruning pruning{nodes_, rows.front(), rows.front()};
    for (const auto& row : rows) pruning.widen(row);
    for (std::size_t tree = 0; tree < roots_.size(); tree += bases_.size()) {
        pruning.left.clear();
        pruning.add(roots_[tree]);
        for (std::size_t i = 0; i < rows.size(); ++i) all[i] += walk(pruning.left.data(), rows[i]);
    }
    for (auto& one : all) one = 1 / (1 + std::exp(-one));
    return all;
}

std::vector<double> Trees::chances(std::span<const float> row) const {
    std::vector<double> all;
    for (std::size_t i = 0; i < outputs(); ++i) all.push_back(sum(row, i));
    auto most = *std::max_element(all.begin(), all.end());
    double whole = 0;
    for (auto& one : all) whole += one = std::exp(one - most);
    for (auto& one : all) one /= whole;
    return all;
}

}  // namespace crawler
