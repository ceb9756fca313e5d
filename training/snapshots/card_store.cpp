// The card is computed when it is asked for: from the counts that the snapshot was closed with, and
// from what is stored of its members' versions, which do not change. Purged members and looks at
// the test part are those of the day.
#include "training/snapshots/card_store.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

namespace {

struct CardFacts {
    std::string source_kind;
    std::int64_t purged = 0;
    std::optional<std::string> first_fetched, last_fetched;
};
BOOST_DESCRIBE_STRUCT(CardFacts, (), (source_kind, purged, first_fetched, last_fetched))

struct RightsCounts {
    std::int64_t denied = 0, licence_changed = 0;
};
BOOST_DESCRIBE_STRUCT(RightsCounts, (), (denied, licence_changed))

std::int64_t number_in(const json::object& counts, const char* name) {
    const auto* value = counts.if_contains(name);
    return value ? value->to_number<std::int64_t>() : 0;
}

std::vector<CardParts> parts_in(const json::object& counts, const char* name) {
    std::vector<CardParts> all;
    if (const auto* found = counts.if_contains(name))
        for (const auto& one : found->as_object()) {
            const auto& parts = one.value().as_array();
            all.push_back(
                {std::string(one.key()),
                 parts.at(0).to_number<std::int64_t>(),
                 parts.at(1).to_number<std::int64_t>(),
                 parts.at(2).to_number<std::int64_t>()}
            );
        }
    return all;
}

void list_limits(Card& card, const json::object& counts) {
    for (const char* list : {"warnings"})
        if (const auto* found = counts.if_contains(list))
            for (const auto& one : found->as_array()) card.limits.emplace_back(one.as_string());
    if (auto denied = number_in(counts, "consent_denied"))
        card.limits.push_back(
            fmt::format("{} records left out: their sites forbid training", denied)
        );
    if (const auto* columns = counts.if_contains("label_columns"))
        for (const auto& name : columns->as_array())
            card.limits.push_back(fmt::format(
                "column '{}' repeats the label and is no feature", std::string(name.as_string())
            ));
    for (const auto& licence : card.licences)
        if (licence.name.empty())
            card.limits.push_back(
                fmt::format("{} members have no licence that is known", licence.members)
            );
    if (card.purged > 0)
        card.limits.push_back(fmt::format("{} members were purged since", card.purged));
    if (card.times_read() > 0)
        card.limits.push_back(fmt::format(
            "the test part was read {} times; figures that were chosen by it flatter",
            card.times_read()
        ));
}

std::string escaped(const std::string& text) {
    std::string out;
    for (char c : text) {
        if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<' || c == '[')
            out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out.empty() ? "(none)" : out;
}

void write_counts(std::string& out, const char* heading, const std::vector<CardCount>& all) {
    if (all.empty()) return;
    out += fmt::format("\n## {0}\n\n| {0} | members |\n|---|---:|\n", heading);
    for (const auto& one : all) out += fmt::format("| {} | {} |\n", escaped(one.name), one.members);
}

void write_parts(std::string& out, const char* heading, const std::vector<CardParts>& all) {
    if (all.empty()) return;
    out += fmt::format(
        "\n## {0}\n\n| {0} | training | validation | test |\n|---|---:|---:|---:|\n", heading
    );
    for (const auto& one : all)
        out += fmt::format(
            "| {} | {} | {} | {} |\n", escaped(one.name), one.training, one.validation, one.test
        );
}

}  // namespace

std::int64_t Card::times_read() const {
    std::int64_t times = 0;
    for (const auto& one : test_reads) times += one.reads;
    return times;
}

Card card_of(base::Tx& tx, const SnapshotInfo& snapshot) {
    const auto parsed = json::parse(snapshot.counts);
    const auto& counts = parsed.as_object();
    auto facts = base::first_as<CardFacts>(tx.exec(sql::file["card_facts"], snapshot.id))
                     .value_or(CardFacts{});
    Card card;
    card.name = snapshot.name;
    card.project = snapshot.project;
    card.source = snapshot.source;
    card.source_kind = facts.source_kind;
    card.hash = snapshot.hash;
    card.created_at = snapshot.created_at;
    card.members = static_cast<std::int64_t>(snapshot.members);
    card.where = made_with(snapshot, "where");
    card.split = snapshot.spec;
    card.places = base::rows_as<CardCount>(tx.exec(sql::file["card_places"], snapshot.id));
    card.licences = base::rows_as<CardCount>(tx.exec(sql::file["card_licences"], snapshot.id));
    card.first_fetched = facts.first_fetched;
    card.last_fetched = facts.last_fetched;
    card.classes = parts_in(counts, "classes");
    card.methods = parts_in(counts, "methods");
    card.unsure_labels = number_in(counts, "unsure");
    const auto clusters = number_in(counts, "clusters");
    const auto rows = card.members + number_in(counts, "left_out");
    card.in_clusters = clusters > 0 ? rows - clusters : 0;
    card.purged = facts.purged;
    card.test_reads = count_reads(tx, snapshot.id);
    list_limits(card, counts);
    return card;
}

std::string card_markdown(const Card& card) {
    auto out = fmt::format("# {}\n\n", escaped(card.name));
    out += fmt::format(
        "{} members of source {} ({}){}, fixed at {}.\n\n",
        card.members,
        escaped(card.source),
        escaped(card.source_kind),
        card.project.empty() ? "" : ", labels of project " + escaped(card.project),
        card.created_at
    );
    out += fmt::format("- identity: SHA-256 {}\n", card.hash);
    if (!card.where.empty()) out += fmt::format("- chosen by: `{}`\n", card.where);
    out += fmt::format("- made with: `{}`\n", card.split);
    if (card.first_fetched && card.last_fetched)
        out += fmt::format("- fetched from {} to {}\n", *card.first_fetched, *card.last_fetched);
    out += fmt::format(
        "- {} members repeat others or share their group; they are on one side of the split\n",
        card.in_clusters
    );
    if (!card.methods.empty())
        out += fmt::format("- {} labels are less than sure\n", card.unsure_labels);
    for (const auto& one : card.test_reads)
        out += fmt::format(
            "- the test part was read {} times by {}\n", one.reads, base::name_of(one.reader)
        );
    write_parts(out, "class", card.classes);
    write_parts(out, "label method", card.methods);
    write_counts(out, "licence", card.licences);
    write_counts(out, "from", card.places);
    if (!card.limits.empty()) out += "\n## Known limits\n\n";
    for (const auto& limit : card.limits) out += fmt::format("- {}\n", escaped(limit));
    return out;
}

Rights rights_of(base::Tx& tx, const SnapshotInfo& snapshot) {
    auto counts = base::first_as<RightsCounts>(tx.exec(sql::file["rights_counts"], snapshot.id))
                      .value_or(RightsCounts{});
    Rights rights;
    rights.denied = counts.denied;
    rights.licence_changed = counts.licence_changed;
    rights.licences = base::rows_as<CardCount>(tx.exec(sql::file["licences_now"], snapshot.id));
    for (const auto& row : tx.exec(sql::file["denied_members"], snapshot.id))
        rights.examples.push_back(row["key"].as<std::string>());
    return rights;
}

}  // namespace training
