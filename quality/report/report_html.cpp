// The page about a source's quality: its head, its alerts, and the sections that have something to
// show. The sections themselves are made by report_fields.cpp and report_findings.cpp.
#include <algorithm>

#include <fmt/format.h>

#include "base/html/elements.hpp"
#include "base/html/html.hpp"
#include "quality/report/report_parts.hpp"

namespace quality {

namespace {

using base::escape;
using base::figure;
using base::grouped;
using base::lead;
using base::percent;

std::string figures(const QualityReport& r) {
    double missing = 0;
    for (const auto& [name, column] : r.profile.columns)
        missing += page::missing_share(column, r.profile.records);
    auto serious = std::count_if(r.alerts.begin(), r.alerts.end(), [](const Alert& one) {
        return one.serious;
    });
    std::uint64_t duplicates = 0;
    for (const auto& one : r.duplicates) duplicates = std::max(duplicates, one.records);
    std::string out = "<div class=\"figures\">";
    out += figure(
        "Records",
        grouped(r.profile.records),
        fmt::format("{} fields", grouped(r.profile.columns.size()))
    );
    out += figure(
        "Missing values",
        percent(page::part(missing, static_cast<double>(r.profile.columns.size()))),
        "of all fields of all records"
    );
    out += figure(
        "Likely wrong values",
        grouped(r.errors.size()),
        r.sampled < r.profile.records ? fmt::format("in a sample of {}", grouped(r.sampled))
                                      : "each with its reason"
    );
    out += figure("Duplicates", grouped(duplicates), "records in clusters");
    out += figure(
        "Alerts",
        grouped(r.alerts.size()),
        fmt::format("{} of them serious", grouped(static_cast<std::size_t>(serious)))
    );
    return out + "</div>";
}

std::string alerts(const QualityReport& r) {
    std::string out = "<ul class=\"sheet alerts\">";
    for (const auto& one : r.alerts) {
        auto kind = one.kind;
        std::replace(kind.begin(), kind.end(), '_', ' ');
        out += fmt::format(
            "<li><span class=\"tag{}\">{}</span> {}{}</li>",
            one.serious ? " bad" : "",
            kind,
            one.column.empty() ? "" : "<b>" + escape(one.column) + "</b> ",
            escape(one.text)
        );
    }
    return out + "</ul>";
}

std::vector<base::Section> sections(const QualityReport& r) {
    std::vector<base::Section> out;
    auto add = [&](const char* id, const char* name, std::string body, std::string brief = {}) {
        out.push_back({id, name, std::move(body), std::move(brief)});
    };
    auto sample = r.sampled < r.profile.records
                      ? fmt::format(" From a sample of {} records.", grouped(r.sampled))
                      : std::string();
    if (!r.alerts.empty())
        add("alerts", "Alerts", lead("What wants a look.") + alerts(r), grouped(r.alerts.size()));
    add("fields",
        "Fields",
        lead(
            "What they hold, from one pass over all records. Quantiles are within 1&#8239;%, large "
            "counts of distinct values within a few."
        ) + page::fields(r),
        grouped(r.profile.columns.size()));
    if (r.profile.images.images > 0) add("images", "Images", page::images(r.profile.images));
    if (auto body = page::missing(r); !body.empty())
        add("missing", "Missing values", lead("Empty, or spelled as if there were none.") + body);
    if (r.associations.columns.size() > 1)
        add("associations",
            "Associations",
            lead(
                "Rank correlation of numbers, Cram&eacute;r&#8217;s V where a field is none." +
                sample
            ) + page::associations(r));
    if (!r.errors.empty())
        add("errors",
            "Likely wrong values",
            lead("Nothing was changed. " + page::by_field(r.errors) + sample) +
                page::issues(r.errors, true),
            page::by_field(r.errors));
    if (!r.outliers.empty())
        add("outliers",
            "Outliers",
            lead(
                "Beyond 3.5 robust deviations and the outer fences. " + page::by_field(r.outliers) +
                sample
            ) + page::issues(r.outliers, false),
            grouped(r.outliers.size()) + " values");
    if (!r.duplicates.empty())
        add("duplicates",
            "Duplicates",
            lead("Records that stand for one thing.") + page::duplicates(r));
    if (!r.checks.empty())
        add("checks", "Checks", lead("As they were last run.") + page::checks(r));
    if (r.drift)
        add("drift",
            "Drift",
            lead("Since the profile that was kept before. PSI over 0.1 is a shift, over 0.2 a "
                 "drift."
            ) + page::drift(*r.drift));
    return out;
}

}  // namespace

std::string render_html(const QualityReport& r) {
    base::HtmlPage made;
    made.eyebrow = "Data quality";
    made.title = r.source;
    made.subtitle = fmt::format("Profile of {} records, {}", grouped(r.profile.records), r.made_at);
    made.figures = figures(r);
    made.sections = sections(r);
    return base::render(made);
}

}  // namespace quality
