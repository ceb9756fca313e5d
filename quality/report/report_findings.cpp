// What was found in the records, as tables: the first of each, likeliest or worst first.
//
// A page is for looking over, so that lists end after some lines; the commands tell all of them.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/html/elements.hpp"
#include "base/html/html.hpp"
#include "base/numbers/short_figure.hpp"
#include "quality/report/report_parts.hpp"

namespace quality::page {

using base::escape;
using base::grouped;
using base::meter;
using base::percent;
using base::short_text;
using base::table_of;

namespace {

constexpr std::size_t findings_shown = 25;

}  // namespace

std::string missing(const QualityReport& r) {
    std::vector<std::pair<double, std::string>> columns;
    for (const auto& [name, column] : r.profile.columns)
        if (auto share = missing_share(column, r.profile.records); share > 0)
            columns.emplace_back(share, name);
    if (columns.empty()) return {};
    std::stable_sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    std::string rows;
    for (const auto& [share, name] : columns) {
        const auto& column = r.profile.columns.at(name);
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{} {}</td></tr>",
            escape(name),
            grouped(r.profile.records - column.present),
            grouped(column.spelled_missing),
            percent(share),
            meter(share, share > 0.2)
        );
    }
    auto out =
        table_of("Missing values", {"Field", "Empty", "Spelled (n/a, -, ..)", "Share"}, rows);
    if (r.missing_together.empty()) return out;
    rows.clear();
    for (const auto& [names, count] : r.missing_together)
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(names), grouped(count)
        );
    return "<div class=\"grid\">" + out +
           table_of("Missing together", {"Missing together", "Records"}, rows) + "</div>";
}

std::string associations(const QualityReport& r) {
    const auto& found = r.associations;
    std::string out = "<table class=\"heat\"><thead><tr><td></td>";
    for (auto c : found.columns)
        out += fmt::format("<th scope=\"col\"><span>{}</span></th>", short_text(r.columns[c], 24));
    out += "</tr></thead><tbody>";
    for (std::size_t a = 0; a < found.columns.size(); ++a) {
        out += fmt::format(
            "<tr><th scope=\"row\">{}</th>", short_text(r.columns[found.columns[a]], 24)
        );
        for (std::size_t b = 0; b < found.columns.size(); ++b) {
            auto value = found.at(a, b);
            if (a == b || std::isnan(value)) {
                out += "<td class=\"zero\">0</td>";
                continue;
            }
            auto size = std::abs(value);
            out += fmt::format(
                "<td class=\"{}\" style=\"--v:{:.2f}\" title=\"{} and {}\">{:.2f}</td>",
                value >= 0 ? "hit" : "",
                std::max(0.04, size),
                escape(r.columns[found.columns[a]]),
                escape(r.columns[found.columns[b]]),
                value
            );
        }
        out += "</tr>";
    }
    return base::scrolling("Associations", out + "</tbody></table>");
}

// Equal findings as one line, with the first one's key.
std::string issues(const std::vector<CellIssue>& list, bool proposals) {
    std::vector<std::pair<const CellIssue*, std::size_t>> lines;
    std::map<std::pair<std::string, std::string>, std::size_t> known;
    for (const auto& one : list) {
        auto [entry, is_new] = known.emplace(std::pair(one.column, one.value), lines.size());
        if (is_new)
            lines.emplace_back(&one, 1);
        else
            ++lines[entry->second].second;
    }
    if (lines.size() > findings_shown) lines.resize(findings_shown);
    std::string rows;
    for (const auto& [first, count] : lines) {
        const auto& one = *first;
        rows += fmt::format(
            "<tr><th scope=\"row\">{}{}</th><td class=\"text\">{}</td><td class=\"text\">{}</td>",
            short_text(one.row.key, 28),
            count > 1 ? fmt::format(" <span class=\"soft\">and {} more</span>", grouped(count - 1))
                      : std::string(),
            escape(one.column),
            one.value.empty() ? "<span class=\"soft\">(empty)</span>" : short_text(one.value, 40)
        );
        if (proposals)
            rows += fmt::format(
                "<td class=\"text\">{}</td><td>{}</td>",
                short_text(one.proposal, 40),
                percent(one.probability)
            );
        rows += fmt::format("<td class=\"text why soft\">{}</td></tr>", short_text(one.reason, 90));
    }
    return proposals ? table_of(
                           "Likely wrong values",
                           {"Key", "<Field", "<Value", "<Proposal", "Sure", "<Why"},
                           rows
                       )
                     : table_of("Outliers", {"Key", "<Field", "<Value", "<Why"}, rows);
}

std::string by_field(const std::vector<CellIssue>& list) {
    std::map<std::string, std::size_t> counts;
    for (const auto& one : list) ++counts[one.column];
    std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    std::string text;
    for (const auto& [name, count] : sorted)
        text += fmt::format("{}{} in {}", text.empty() ? "" : ", ", grouped(count), escape(name));
    if (list.size() > findings_shown)
        text += fmt::format("; up to {} of the clearest are shown", findings_shown);
    return text + ".";
}

std::string duplicates(const QualityReport& r) {
    std::string rows;
    for (const auto& one : r.duplicates) {
        std::string examples;
        for (const auto& keys : one.examples) {
            std::string list;
            for (const auto& key : keys) list += (list.empty() ? "" : " = ") + short_text(key, 24);
            examples += (examples.empty() ? "" : "<br>") + list;
        }
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td "
            "class=\"text why soft\">{}</td></tr>",
            escape(one.kind),
            grouped(one.records),
            grouped(one.clusters),
            examples
        );
    }
    return table_of("Duplicates", {"Found by", "Records", "Clusters", "<Some of them"}, rows);
}

std::string checks(const QualityReport& r) {
    std::string rows;
    for (const auto& one : r.checks)
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td class=\"text\">{}</td><td "
            "class=\"text{}\">{}</td><td>{}</td><td>{}</td><td class=\"text why "
            "soft\">{}</td></tr>",
            escape(one.name),
            escape(one.severity),
            one.passed ? "" : " bad",
            one.passed ? "passed" : "failed",
            grouped(one.examined),
            grouped(one.failed),
            escape(one.observed)
        );
    return table_of(
        "Checks", {"Check", "<Severity", "<Result", "Examined", "Failed", "<Seen"}, rows
    );
}

std::string drift(const std::vector<Drift>& list) {
    std::string rows;
    for (const auto& one : list)
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td class=\"text{}\">{}</td><td>{:.3f} "
            "{}</td><td>{:.3f}</td><td>{:.3f}</td><td>{}</td><td>{}</td><td>{} to "
            "{}</td></tr>",
            escape(one.column),
            one.verdict == "stable" ? "" : " bad",
            one.verdict,
            one.psi,
            meter(one.psi / 0.4, one.psi > 0.2),
            one.jensen_shannon,
            one.l_infinity,
            one.numeric ? fmt::format("{:.3f}", one.ks) : "",
            escape(base::chance(one.chi_square_p)),
            percent(one.missing_before),
            percent(one.missing_after)
        );
    return table_of(
        "Drift",
        {"Field",
         "<Verdict",
         "PSI",
         "Jensen-Shannon",
         "L&infin;",
         "KS",
         "&chi;&sup2; p",
         "Missing"},
        rows
    );
}

}  // namespace quality::page
