// What each field holds, as a card with a plot.
//
// All of it comes from the sketches of the profile, so that the page costs no pass over the
// records: a histogram is read off the quantiles, its bars being differences of shares. A few
// values far out would press all others into one bar, so the ends are cut where they are far from
// the inner 99 %.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/html/elements.hpp"
#include "base/html/html.hpp"
#include "quality/report/report_parts.hpp"

namespace quality::page {

using base::escape;
using base::grouped;
using base::number;
using base::percent;
using base::short_text;

namespace {

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
    bool each = column.whole() && up - low < 40;
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
        amount(column.quantile(0.5))
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
        "<div class=\"sheet pad\"><h3>{} <span class=\"tag\">{}</span></h3>", escape(name), type
    );
    auto plot = numeric ? histogram(name, c) : top_values(name, c);
    out += plot + "<dl class=\"few\">";
    auto missing = missing_share(c, records);
    out += fact("missing", percent(missing));
    out += fact(
        "distinct",
        (c.frequent.exact() ? "" : "&asymp; ") +
            grouped(static_cast<std::size_t>(c.distinct_values()))
    );
    if (numeric) {
        bool whole = c.whole();
        out += fact("mean", amount(c.moments.mean()));
        out += fact("median", amount(c.quantile(0.5)));
        out += fact("deviation", amount(std::sqrt(c.moments.variance())));
        out += fact("minimum", amount(c.moments.minimum(), whole));
        out += fact("maximum", amount(c.moments.maximum(), whole));
        out += fact("middle half", amount(c.quantile(0.25)) + " to " + amount(c.quantile(0.75)));
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

}  // namespace

double part(double some, double all) {
    return all > 0 ? some / all : 0;
}

double missing_share(const ColumnProfile& column, std::uint64_t records) {
    return 1 - part(
                   static_cast<double>(column.present - column.spelled_missing),
                   static_cast<double>(records)
               );
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
    return "<div class=\"sheet pad\"><dl class=\"few\">" + fact("images", grouped(i.images)) +
           fact("formats", formats) + fact("width", size(i.width, i.widths)) +
           fact("height", size(i.height, i.heights)) + "</dl></div>";
}

}  // namespace quality::page
