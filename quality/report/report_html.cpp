// One function a section; sections() leaves out what is empty. Everything from data goes through
// escape(). Plots are SVG made from the sketches: a histogram is differences of the quantile
// sketch's shares, so the records are not read again.
//
// The outer half percents are cut off where they would press the rest into one bar. Equal findings
// are one line with a count, or a single systematic mistake would fill the page.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "base/html/html.hpp"
#include "base/text/utf8.hpp"
#include "quality/report/report.hpp"

namespace quality {

namespace {

using base::escape;
using base::grouped;
using base::number;
using base::percent;

constexpr std::size_t findings_shown = 25;

double part(double some, double all) {
    return all > 0 ? some / all : 0;
}

std::string lead(std::string_view text) {
    return fmt::format("<p class=\"lead\">{}</p>", text);
}

std::string short_text(const std::string& text, std::size_t length = 60) {
    if (text.size() <= length) return escape(text);
    return escape(base::cut_at_character(text, length)) + "&hellip;";
}

std::string meter(double share, bool bad = false) {
    return fmt::format(
        "<span class=\"meter{}\"><i style=\"width:{:.1f}%\"></i></span>",
        bad ? " bad" : "",
        100 * std::clamp(share, 0.0, 1.0)
    );
}

std::string table_of(std::initializer_list<std::string_view> head, const std::string& rows) {
    std::string out = "<div class=\"card scroll\" tabindex=\"0\"><table><thead><tr>";
    for (auto one : head) {
        bool text = one.starts_with('<');
        out += fmt::format(
            "<th scope=\"col\"{}>{}</th>", text ? " class=\"text\"" : "", text ? one.substr(1) : one
        );
    }
    return out + "</tr></thead><tbody>" + rows + "</tbody></table></div>";
}

std::string figure(std::string_view name, const std::string& value, const std::string& below) {
    return fmt::format(
        "<div class=\"figure\"><div class=\"name\">{}</div><div class=\"value\">{}</div><div "
        "class=\"range\">{}</div></div>",
        name,
        value,
        below
    );
}

// Whole numbers as such, large ones in groups of three.
std::string amount(double value, bool whole = false) {
    if (!std::isfinite(value)) return "";
    if (whole || std::abs(value) >= 10'000) {
        if (std::abs(value) >= 1e15) return number(value);
        return (value < -0.5 ? "&minus;" : "") +
               grouped(static_cast<std::size_t>(std::abs(std::round(value))));
    }
    return number(value);
}

bool is_whole(const ColumnProfile& column) {
    auto shapes = column.patterns.top(4);
    return !shapes.empty() && std::all_of(shapes.begin(), shapes.end(), [](const auto& one) {
        return one.first == "9" || one.first == "-9";
    });
}

double missing_share(const ColumnProfile& column, std::uint64_t records) {
    return 1 - part(
                   static_cast<double>(column.present - column.spelled_missing),
                   static_cast<double>(records)
               );
}

std::string figures(const QualityReport& r) {
    double missing = 0;
    for (const auto& [name, column] : r.profile.columns)
        missing += missing_share(column, r.profile.records);
    auto serious = std::count_if(r.alerts.begin(), r.alerts.end(), [](const Alert& one) {
        return one.serious;
    });
    std::uint64_t duplicates = 0;
    for (const auto& one : r.duplicates) duplicates = std::max(duplicates, one.records);
    std::string out =
        "<div class=\"figures\" "
        "style=\"grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))\">";
    out += figure(
        "Records",
        grouped(r.profile.records),
        fmt::format("{} fields", grouped(r.profile.columns.size()))
    );
    out += figure(
        "Missing values",
        percent(part(missing, static_cast<double>(r.profile.columns.size()))),
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
    std::string out = "<div class=\"card\"><ul class=\"alerts\">";
    for (const auto& one : r.alerts) {
        auto kind = one.kind;
        std::replace(kind.begin(), kind.end(), '_', ' ');
        out += fmt::format(
            "<li><span class=\"badge{}\">{}</span> {}{}</li>",
            one.serious ? " bad" : "",
            kind,
            one.column.empty() ? "" : "<b>" + escape(one.column) + "</b> ",
            escape(one.text)
        );
    }
    return out + "</ul></div>";
}

// Bars of a histogram or of an ordered set, with the bounds below.
std::string histogram(const std::string& name, const ColumnProfile& column) {
    constexpr double wide = 320, high = 90, below = 18;
    auto low = column.moments.minimum(), up = column.moments.maximum();
    // A few values far out would press the others into one bar.
    auto inner_low = column.quantiles.at(0.005), inner_up = column.quantiles.at(0.995);
    bool cut_low = inner_low - low > 0.5 * (inner_up - inner_low);
    bool cut_up = up - inner_up > 0.5 * (inner_up - inner_low);
    if (cut_low) low = inner_low;
    if (cut_up) up = inner_up;
    if (!(up > low)) return {};
    // Few whole numbers have a bar each.
    bool each = is_whole(column) && up - low < 40;
    if (each) {
        low = std::floor(low) - 0.5;
        up = std::ceil(up) + 0.5;
    }
    const int bins = each ? static_cast<int>(up - low) : 24;
    std::vector<double> shares(static_cast<std::size_t>(bins));
    double most = 0, before = cut_low ? column.quantiles.share_up_to(low) : 0;
    for (int i = 0; i < bins; ++i) {
        auto at = low + (up - low) * (i + 1) / bins;
        auto upto = i == bins - 1 && !cut_up ? 1 : column.quantiles.share_up_to(at);
        auto& share = shares[static_cast<std::size_t>(i)];
        share = std::max(0.0, upto - before);
        before = upto;
        most = std::max(most, share);
    }
    auto out = fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\"><title>Distribution of "
        "{}</title><desc>From {} to {}, median {}</desc>",
        wide,
        high + below,
        escape(name),
        amount(low),
        amount(up),
        amount(column.quantiles.at(0.5))
    );
    for (int i = 0; i < bins; ++i) {
        auto share = shares[static_cast<std::size_t>(i)];
        auto tall = most > 0 ? (high - 4) * share / most : 0;
        if (share > 0) tall = std::max(tall, 1.0);
        out += fmt::format(
            "<rect class=\"a\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
            "height=\"{:.1f}\"><title>{} to {}: {}</title></rect>",
            i * wide / bins + 0.75,
            high - tall,
            wide / bins - 1.5,
            tall,
            amount(low + (up - low) * i / bins),
            amount(low + (up - low) * (i + 1) / bins),
            percent(share)
        );
    }
    out += fmt::format(
        "<line class=\"axis\" x1=\"0\" x2=\"{0:.0f}\" y1=\"{1:.0f}\" y2=\"{1:.0f}\"/>", wide, high
    );
    out += fmt::format(
        "<text x=\"0\" y=\"{0:.0f}\">{1}{2}</text><text x=\"{3:.0f}\" y=\"{0:.0f}\" "
        "text-anchor=\"end\">{4}{5}</text></svg>",
        high + 14,
        cut_low ? "&#8230; " : "",
        amount(each ? low + 0.5 : low),
        wide,
        amount(each ? up - 0.5 : up),
        cut_up ? " &#8230;" : ""
    );
    return out;
}

std::string top_values(const std::string& name, const ColumnProfile& column) {
    constexpr double wide = 320, line = 21, names = 150;
    auto top = column.frequent.top(6);
    if (top.empty() || top.front().second < 2) return {};
    auto all = static_cast<double>(column.frequent.count());
    double shown = 0;
    for (const auto& [value, count] : top) shown += static_cast<double>(count);
    auto lines = top.size() + (all - shown > 0.5 ? 1 : 0);
    auto most = std::max(static_cast<double>(top.front().second), all - shown);
    auto out = fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\"><title>Frequent values of {}</title>",
        wide,
        line * static_cast<double>(lines),
        escape(name)
    );
    auto bar = [&](std::size_t place, const std::string& label, double count, const char* kind) {
        auto y = line * static_cast<double>(place);
        out += fmt::format(
            "<text class=\"ink\" x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text><rect "
            "class=\"{}\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"13\" rx=\"2\"/><text "
            "x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
            names - 8,
            y + 14,
            label,
            kind,
            names,
            y + 3,
            std::max(1.0, (wide - names - 52) * count / most),
            names + (wide - names - 52) * count / most + 6,
            y + 14,
            percent(count / all)
        );
    };
    for (std::size_t i = 0; i < top.size(); ++i)
        bar(i, short_text(top[i].first, 22), static_cast<double>(top[i].second), "a");
    if (lines > top.size()) bar(top.size(), "others", all - shown, "c");
    return out + "</svg>";
}

std::string fact(std::string_view name, const std::string& value) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

std::string field_card(const std::string& name, const ColumnProfile& c, std::uint64_t records) {
    bool numeric = c.numeric();
    const char* type = numeric                      ? "number"
                       : c.booleans * 2 > c.present ? "boolean"
                       : c.objects * 2 > c.present  ? "json"
                                                    : "text";
    auto out = fmt::format(
        "<div class=\"card\"><h3>{} <span class=\"badge\">{}</span></h3>", escape(name), type
    );
    auto plot = numeric ? histogram(name, c) : top_values(name, c);
    out += plot + "<dl class=\"small\">";
    auto missing = missing_share(c, records);
    out += fact("missing", percent(missing));
    auto distinct = c.frequent.exact() ? static_cast<double>(c.frequent.top(1000).size())
                                       : std::round(c.distinct.estimate());
    out += fact(
        "distinct",
        (c.frequent.exact() ? "" : "&asymp; ") + grouped(static_cast<std::size_t>(distinct))
    );
    if (numeric) {
        bool whole = is_whole(c);
        out += fact("mean", amount(c.moments.mean()));
        out += fact("median", amount(c.quantiles.at(0.5), whole));
        out += fact("deviation", amount(std::sqrt(c.moments.variance())));
        out += fact("minimum", amount(c.moments.minimum(), whole));
        out += fact("maximum", amount(c.moments.maximum(), whole));
        out += fact(
            "middle half",
            amount(c.quantiles.at(0.25), whole) + " to " + amount(c.quantiles.at(0.75), whole)
        );
    } else if (c.present > 0) {
        out += fact("length", number(c.lengths.minimum()) + " to " + number(c.lengths.maximum()));
        auto patterns = c.patterns.top(1);
        if (!patterns.empty())
            out += fact(
                "usual form",
                "<code>" + short_text(patterns[0].first, 24) + "</code> " +
                    percent(part(
                        static_cast<double>(patterns[0].second), static_cast<double>(c.present)
                    ))
            );
        auto plain = c.written[0];
        if (plain < c.present)
            out += fact(
                "beyond ASCII",
                percent(part(static_cast<double>(c.present - plain), static_cast<double>(c.present))
                )
            );
    }
    return out + "</dl></div>";
}

std::string fields(const QualityReport& r) {
    std::string out = "<div class=\"fields\">";
    for (const auto& [name, column] : r.profile.columns)
        out += field_card(name, column, r.profile.records);
    return out + "</div>";
}

std::string images(const ImageProfile& i) {
    std::string formats;
    for (const auto& [format, count] : i.formats.top(8))
        formats +=
            fmt::format("{}{} {}", formats.empty() ? "" : ", ", grouped(count), escape(format));
    auto size = [](const Moments& m, const Quantiles& q) {
        return fmt::format(
            "{} to {}, median {}", number(m.minimum()), number(m.maximum()), number(q.at(0.5))
        );
    };
    return "<div class=\"card\"><dl class=\"small\">" + fact("images", grouped(i.images)) +
           fact("formats", formats) + fact("width", size(i.width, i.widths)) +
           fact("height", size(i.height, i.heights)) + "</dl></div>";
}

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
    auto out = table_of({"Field", "Empty", "Spelled (n/a, -, ..)", "Share"}, rows);
    if (r.missing_together.empty()) return out;
    rows.clear();
    for (const auto& [names, count] : r.missing_together)
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(names), grouped(count)
        );
    return "<div class=\"grid\">" + out + table_of({"Missing together", "Records"}, rows) +
           "</div>";
}

std::string associations(const QualityReport& r) {
    const auto& found = r.associations;
    std::string out =
        "<div class=\"card scroll\" tabindex=\"0\"><table "
        "class=\"heat\"><thead><tr><td></td>";
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
                "<td class=\"{}{}\" style=\"--v:{:.2f}\" title=\"{} and {}\">{:.2f}</td>",
                value >= 0 ? "hit" : "",
                size > 0.6 ? " strong" : "",
                std::max(0.04, size),
                escape(r.columns[found.columns[a]]),
                escape(r.columns[found.columns[b]]),
                value
            );
        }
        out += "</tr>";
    }
    return out + "</tbody></table></div>";
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
            count > 1 ? fmt::format(" <span class=\"dim\">and {} more</span>", grouped(count - 1))
                      : std::string(),
            escape(one.column),
            one.value.empty() ? "<span class=\"dim\">(empty)</span>" : short_text(one.value, 40)
        );
        if (proposals)
            rows += fmt::format(
                "<td class=\"text\">{}</td><td>{}</td>",
                short_text(one.proposal, 40),
                percent(one.probability)
            );
        rows += fmt::format("<td class=\"text dim\">{}</td></tr>", short_text(one.reason, 90));
    }
    return proposals ? table_of({"Key", "<Field", "<Value", "<Proposal", "Sure", "<Why"}, rows)
                     : table_of({"Key", "<Field", "<Value", "<Why"}, rows);
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
            "class=\"text dim\">{}</td></tr>",
            escape(one.kind),
            grouped(one.records),
            grouped(one.clusters),
            examples
        );
    }
    return table_of({"Found by", "Records", "Clusters", "<Some of them"}, rows);
}

std::string checks(const QualityReport& r) {
    std::string rows;
    for (const auto& one : r.checks)
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td class=\"text\">{}</td><td "
            "class=\"text{}\">{}</td><td>{}</td><td>{}</td><td class=\"text dim\">{}</td></tr>",
            escape(one.name),
            escape(one.severity),
            one.passed ? "" : " bad",
            one.passed ? "passed" : "failed",
            grouped(one.examined),
            grouped(one.failed),
            escape(one.observed)
        );
    return table_of({"Check", "<Severity", "<Result", "Examined", "Failed", "<Seen"}, rows);
}

std::string drift(const std::vector<Drift>& list) {
    std::string rows;
    for (const auto& one : list)
        rows += fmt::format(
            "<tr><th scope=\"row\">{}</th><td class=\"text{}\">{}</td><td>{:.3f} "
            "{}</td><td>{:.3f}</td><td>{:.3f}</td><td>{}</td><td>{:.2g}</td><td>{} to "
            "{}</td></tr>",
            escape(one.column),
            one.verdict == "stable" ? "" : " bad",
            one.verdict,
            one.psi,
            meter(one.psi / 0.4, one.psi > 0.2),
            one.jensen_shannon,
            one.l_infinity,
            one.numeric ? fmt::format("{:.3f}", one.ks) : "",
            one.chi_square_p,
            percent(one.missing_before),
            percent(one.missing_after)
        );
    return table_of(
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

std::vector<base::Section> sections(const QualityReport& r) {
    std::vector<base::Section> out;
    auto add = [&](const char* id, const char* name, std::string body) {
        out.push_back({id, name, std::move(body)});
    };
    auto sample = r.sampled < r.profile.records
                      ? fmt::format(" From a sample of {} records.", grouped(r.sampled))
                      : std::string();
    if (!r.alerts.empty()) add("alerts", "Alerts", lead("What wants a look.") + alerts(r));
    add("fields",
        "Fields",
        lead(
            "What they hold, from one pass over all records. Quantiles are within 1&#8239;%, large "
            "counts of distinct values within a few."
        ) + fields(r));
    if (r.profile.images.images > 0) add("images", "Images", images(r.profile.images));
    if (auto body = missing(r); !body.empty())
        add("missing", "Missing values", lead("Empty, or spelled as if there were none.") + body);
    if (r.associations.columns.size() > 1)
        add("associations",
            "Associations",
            lead(
                "Rank correlation of numbers, Cram&eacute;r&#8217;s V where a field is none." +
                sample
            ) + associations(r));
    if (!r.errors.empty())
        add("errors",
            "Likely wrong values",
            lead("Nothing was changed. " + by_field(r.errors) + sample) + issues(r.errors, true));
    if (!r.outliers.empty())
        add("outliers",
            "Outliers",
            lead(
                "Beyond 3.5 robust deviations and the outer fences. " + by_field(r.outliers) +
                sample
            ) + issues(r.outliers, false));
    if (!r.duplicates.empty())
        add("duplicates", "Duplicates", lead("Records that stand for one thing.") + duplicates(r));
    if (!r.checks.empty()) add("checks", "Checks", lead("As they were last run.") + checks(r));
    if (r.drift)
        add("drift",
            "Drift",
            lead("Since the profile that was kept before. PSI over 0.1 is a shift, over 0.2 a "
                 "drift."
            ) + drift(*r.drift));
    return out;
}

}  // namespace

std::string render_html(const QualityReport& r) {
    base::HtmlPage page;
    page.eyebrow = "Data quality";
    page.title = r.source;
    page.subtitle = fmt::format("Profile of {} records, {}", grouped(r.profile.records), r.made_at);
    page.figures = figures(r);
    page.sections = sections(r);
    return base::render(page);
}

}  // namespace quality
