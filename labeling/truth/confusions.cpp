// Matrices are told by names and not by numbers, since they are kept between runs, and classes
// come, go and are renamed meanwhile; what a change of classes leaves of them is forgotten.
#include "labeling/truth/confusions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <boost/json.hpp>

namespace labeling {

namespace {

namespace json = boost::json;

constexpr double strength = 2;  // of what all do, in answers
constexpr double least = 1e-4;  // nobody is that sure

// One table, rows by what is true.
Confusion named(const Judgements& judgements, const std::vector<double>& table) {
    auto k = judgements.answers.size();
    Confusion confusion;
    for (std::size_t c = 0; c < k; ++c)
        for (std::size_t a = 0; a < k; ++a)
            confusion[judgements.answers[c]][judgements.answers[a]] = table[c * k + a];
    return confusion;
}

void to_shares(std::vector<double>& table, std::size_t k, const std::vector<double>& towards) {
    for (std::size_t c = 0; c < k; ++c) {
        double sum = 0;
        for (std::size_t a = 0; a < k; ++a) sum += table[c * k + a];
        for (std::size_t a = 0; a < k; ++a) {
            auto& cell = table[c * k + a];
            cell = (cell + strength * towards[c * k + a]) / (sum + strength);
        }
    }
}

double said_where(const Confusion& confusion, const std::string& truth, const std::string& answer) {
    auto row = confusion.find(truth);
    if (row == confusion.end()) return least;
    auto cell = row->second.find(answer);
    return cell == row->second.end() ? least : std::max(least, cell->second);
}

std::map<std::string, double> shares_in(const json::object& object) {
    std::map<std::string, double> shares;
    for (const auto& [name, share] : object) shares.emplace(name, share.to_number<double>());
    return shares;
}

Confusion confusion_in(const json::object& object) {
    Confusion confusion;
    for (const auto& [name, row] : object) confusion.emplace(name, shares_in(row.as_object()));
    return confusion;
}

json::object object_of(const std::map<std::string, double>& shares) {
    json::object object;
    for (const auto& [name, share] : shares) object[name] = std::round(share * 1e5) / 1e5;
    return object;
}

json::object object_of(const Confusion& confusion) {
    json::object object;
    for (const auto& [name, row] : confusion) object[name] = object_of(row);
    return object;
}

}  // namespace

std::optional<Confusions> confusions_of(const Judgements& judgements, const Truth& truth) {
    auto k = judgements.answers.size();
    if (k < 2 || k > most_confused_classes) return std::nullopt;
    std::vector<double> even(k * k, 1.0 / static_cast<double>(k)), pooled(k * k), prior(k), row;
    std::vector<std::vector<double>> own(judgements.workers.size(), std::vector<double>(k * k));
    for (std::size_t i = 0; i < judgements.rows.size(); ++i) {
        const auto& [question, by, answer] = judgements.rows[i];
        bool first = i == 0 || judgements.rows[i - 1].question != question;
        if (first) truth.posterior.spread(question, row);
        for (std::size_t c = 0; c < k; ++c) {
            pooled[c * k + answer] += row[c];
            own[by][c * k + answer] += row[c];
            if (first) prior[c] += row[c];
        }
    }
    to_shares(pooled, k, even);
    Confusions confusions;
    confusions.usual = named(judgements, pooled);
    for (std::size_t w = 0; w < own.size(); ++w) {
        to_shares(own[w], k, pooled);
        confusions.people.emplace(judgements.workers[w], named(judgements, own[w]));
    }
    auto questions = static_cast<double>(judgements.questions.size());
    for (std::size_t c = 0; c < k; ++c)
        confusions.prior[judgements.answers[c]] =
            (prior[c] + 1) / (questions + static_cast<double>(k));
    return confusions;
}

Truth weigh(const Judgements& judgements, const Confusions& confusions) {
    Truth truth;
    truth.method = Method::ds;
    truth.classes = judgements.answers.size();
    truth.posterior.classes = truth.classes;
    for (const auto& worker : judgements.workers) {
        auto known = confusions.people.find(worker);
        const auto& confusion = known == confusions.people.end() ? confusions.usual : known->second;
        double right = 0;
        for (const auto& [name, share] : confusions.prior)
            right += share * said_where(confusion, name, name);
        truth.worker_accuracy.push_back(right);
    }
    for (std::size_t i = 0; i < judgements.rows.size();) {
        auto question = judgements.rows[i].question;
        auto score = confusions.prior;
        for (auto& [name, share] : score) share = std::log(std::max(least, share));
        for (; i < judgements.rows.size() && judgements.rows[i].question == question; ++i) {
            const auto& answer = judgements.answers[judgements.rows[i].answer];
            if (!confusions.prior.contains(answer)) continue;
            auto known = confusions.people.find(judgements.workers[judgements.rows[i].worker]);
            const auto& confusion =
                known == confusions.people.end() ? confusions.usual : known->second;
            for (auto& [name, share] : score)
                share += std::log(said_where(confusion, name, answer));
        }
        double most = -std::numeric_limits<double>::infinity(), sum = 0;
        for (const auto& [name, share] : score) most = std::max(most, share);
        for (auto& [name, share] : score) sum += share = std::exp(share - most);
        std::uint32_t best = 0;
        double best_share = -1;
        for (std::uint32_t a = 0; a < judgements.answers.size(); ++a) {
            auto found = score.find(judgements.answers[a]);
            auto share = found == score.end() ? 0 : found->second / sum;
            truth.posterior.candidate.push_back(a);
            truth.posterior.share.push_back(share);
            if (share > best_share) {
                best = a;
                best_share = share;
            }
        }
        truth.posterior.first.push_back(truth.posterior.candidate.size());
        truth.posterior.rest.push_back(0);
        truth.label.push_back(best);
    }
    return truth;
}

std::string json_of(const Confusion& confusion) {
    return json::serialize(object_of(confusion));
}

std::string json_of_usual(const Confusions& confusions) {
    return json::serialize(json::object{
        {"prior", object_of(confusions.prior)}, {"usual", object_of(confusions.usual)}});
}

Confusion confusion_in(const std::string& text) {
    if (text.empty()) return {};
    auto value = json::parse(text);
    return confusion_in(value.as_object());
}

std::optional<Confusions> usual_confusions(const std::string& text) {
    if (text.empty()) return std::nullopt;
    auto value = json::parse(text);
    Confusions confusions;
    confusions.prior = shares_in(value.at("prior").as_object());
    confusions.usual = confusion_in(value.at("usual").as_object());
    return confusions;
}

}  // namespace labeling
