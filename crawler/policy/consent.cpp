// Every signal is kept, also those that allow, because they are the evidence of the decision; the
// first refusal is the rule that is told. There is no one standard: robots.txt by agent,
// X-Robots-Tag and <meta>, TDM Reservation Protocol (W3C community group, 2024), IETF AIPREF's
// Content-Usage (draft-ietf-aipref-attach), Content-Signal, ai.txt.
//
// Where they differ on rank, TDMRep says which counts: a header before <meta> before the file.
// Everything else only ever adds refusals; a permission in one place does not undo a refusal in
// another.
#include "crawler/policy/consent.hpp"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>

#include "base/text/ascii.hpp"
#include "schema/records/record.hpp"

namespace crawler {

namespace {

std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto end = text.find_first_of(",;");
        auto part = base::trim(text.substr(0, end));
        if (!part.empty()) parts.push_back(part);
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

class Judge {
public:
    explicit Judge(const ConsentQuestion& question)
        : question_(question), own_(formats::product_token(question.agent)) {}

    Consent run() {
        if (question_.robots) robots(*question_.robots);
        for (const auto& [name, value] : question_.headers) header(base::to_lower(name), value);
        for (const auto& [name, value] : question_.metas) meta(base::to_lower(name), value);
        for (const auto& [name, text] : question_.files) file(name, text);
        if (tdm_ && tdm_->reserved) refuse(tdm_->source, "tdm-reservation", "1");
        return std::move(consent_);
    }

private:
    void add(std::string source, std::string name, std::string_view value) {
        consent_.signals.push_back(
            {std::move(source), std::move(name), std::string(base::trim(value))}
        );
    }

    void refuse(std::string_view source, std::string_view name, std::string_view value) {
        if (!consent_.allowed) return;
        consent_.allowed = false;
        consent_.rule.append(source).append(" ").append(name).append(": ").append(base::trim(value)
        );
    }

    void robots(const formats::Robots& robots) {
        for (const auto& agent : question_.ai_agents) {
            if (!robots.names(agent)) continue;
            auto verdict = robots.check(agent, question_.target);
            auto text = agent + ": " + (verdict.rule.empty() ? "allowed" : verdict.rule);
            add("robots.txt", "user-agent", text);
            if (!verdict.allowed) refuse("robots.txt", "user-agent", text);
        }
        for (const auto& value : robots.values(question_.agent, "content-usage")) {
            if (applies(value)) usage("robots.txt", without_path(value));
        }
        for (const auto& value : robots.values(question_.agent, "content-signal"))
            content_signal("robots.txt", value);
    }

    // "Content-Usage: /path train-ai=n" holds below its path.
    bool applies(std::string_view value) const {
        if (!value.starts_with('/')) return true;
        auto path = value.substr(0, value.find_first_of(" \t"));
        return question_.target.starts_with(path);
    }
    static std::string_view without_path(std::string_view value) {
        if (!value.starts_with('/')) return value;
        auto blank = value.find_first_of(" \t");
        return blank == value.npos ? std::string_view() : base::trim(value.substr(blank));
    }

    void header(const std::string& name, std::string_view value) {
        if (name == "x-robots-tag") robots_tag(value);
        if (name == "tdm-reservation") tdm("header", value, 3);
        if (name == "tdm-policy") add("header", name, value);
        if (name == "content-usage") usage("header", value);
        if (name == "content-signal") content_signal("header", value);
    }

    void meta(const std::string& name, std::string_view value) {
        if (name == "robots" || name == own_) {
            for (auto word : split_list(value)) directive("meta", name, word);
        }
        for (const auto& agent : question_.ai_agents)
            if (base::equal_ignoring_case(name, agent))
                for (auto word : split_list(value)) ai_directive("meta", name, word);
        if (name == "tdm-reservation") tdm("meta", value, 2);
        if (name == "tdm-policy") add("meta", name, value);
        if (name == "content-usage") usage("meta", value);
    }

    // "noindex, otherbot: noai, nofollow": a name with a colon scopes what follows it.
    void robots_tag(std::string_view value) {
        bool ours = true;
        for (auto word : split_list(value)) {
            if (auto colon = word.find(':'); colon != word.npos) {
                auto name = base::to_lower(base::trim(word.substr(0, colon)));
                bool parameter = name == "unavailable_after" || name.starts_with("max-");
                if (parameter) continue;
                ours = name == "*" || name == "robots" || name == own_ || is_ai_agent(name);
                word = base::trim(word.substr(colon + 1));
            }
            if (ours) directive("header", "x-robots-tag", word);
        }
    }

    bool is_ai_agent(std::string_view name) const {
        return std::any_of(
            question_.ai_agents.begin(),
            question_.ai_agents.end(),
            [&](const std::string& agent) { return base::equal_ignoring_case(agent, name); }
        );
    }

    void directive(const std::string& source, const std::string& name, std::string_view word) {
        auto text = base::to_lower(word);
        bool none = text == "none";
        bool noindex = none || text == "noindex";
        bool nofollow = none || text == "nofollow";
        bool noai = text == "noai" || text == "noml" || text == "notrain";
        bool noimage = text == "noimageai" || text == "noimageindex";
        if (!noindex && !nofollow && !noai && !noimage && text != "noarchive") return;
        add(source, name, text);
        consent_.noindex = consent_.noindex || noindex;
        consent_.nofollow = consent_.nofollow || nofollow;
        if (noindex || noai || (noimage && question_.image)) refuse(source, name, text);
    }

    void ai_directive(const std::string& source, const std::string& name, std::string_view word) {
        auto text = base::to_lower(word);
        if (text != "noindex" && text != "none" && text != "noai" && text != "noml") return;
        add(source, name, text);
        refuse(source, name, text);
    }

    // AIPREF: "train-ai=n", "train-genai=n" refuse; "bots=n" refuses all.
    void usage(const std::string& source, std::string_view value) {
        add(source, "content-usage", value);
        for (auto word : split_list(value)) {
            auto text = base::to_lower(word);
            std::erase_if(text, [](char c) { return base::is_space(c); });
            if (text == "train-ai=n" || text == "train-genai=n" || text == "bots=n" ||
                text == "ai=n" || text == "tdm=n")
                refuse(source, "content-usage", text);
        }
    }

    void content_signal(const std::string& source, std::string_view value) {
        add(source, "content-signal", value);
        for (auto word : split_list(value)) {
            auto text = base::to_lower(word);
            std::erase_if(text, [](char c) { return base::is_space(c); });
            if (text == "ai-train=no") refuse(source, "content-signal", text);
        }
    }

    void tdm(const std::string& source, std::string_view value, int rank) {
        add(source, "tdm-reservation", value);
        value = base::trim(value);
        if (value != "0" && value != "1") return;
        if (!tdm_ || rank > tdm_->rank) tdm_ = Tdm{value == "1", rank, source};
    }

    void file(const std::string& name, const std::string& text) {
        if (name.ends_with("ai.txt")) {
            auto verdict = formats::Robots::parse(text).check(question_.agent, question_.target);
            if (verdict.rule.empty()) return;
            add("ai.txt", "rule", verdict.rule);
            if (!verdict.allowed) refuse("ai.txt", "rule", verdict.rule);
        }
        if (name.ends_with("tdmrep.json")) tdm_file(text);
    }

    // [{"location": "/pattern*", "tdm-reservation": 1, "tdm-policy": "..."}]: the first location
    // that matches speaks.
    void tdm_file(const std::string& text) {
        boost::system::error_code error;
        auto parsed = boost::json::parse(text, error);
        if (error || !parsed.is_array()) return;
        for (const auto& entry : parsed.as_array()) {
            const auto* fields = entry.if_object();
            const auto* location = fields ? fields->if_contains("location") : nullptr;
            if (!location || !location->is_string()) continue;
            auto rules = "User-agent: *\nDisallow: " + std::string(location->as_string().c_str());
            if (formats::Robots::parse(rules).check("*", question_.target).allowed) continue;
            const auto* reserved = fields->if_contains("tdm-reservation");
            bool one = reserved && reserved->is_int64() && reserved->as_int64() == 1;
            tdm("tdmrep.json", one ? "1" : "0", 1);
            return;
        }
    }

    struct Tdm {
        bool reserved;
        int rank;
        std::string source;
    };

    const ConsentQuestion& question_;
    std::string own_;
    Consent consent_;
    std::optional<Tdm> tdm_;
};

}  // namespace

Consent judge_consent(const ConsentQuestion& question) {
    return Judge(question).run();
}

std::string Consent::json(std::optional<base::Time> at) const {
    boost::json::array list;
    for (const auto& signal : signals)
        list.push_back({{"source", signal.source}, {"name", signal.name}, {"value", signal.value}});
    boost::json::object out;
    out["signals"] = std::move(list);
    out["decision"] = allowed ? "allow" : "deny";
    out["rule"] = rule.empty() ? boost::json::value(nullptr) : boost::json::value(rule);
    if (at) out["at"] = schema::timestamp(*at);
    return boost::json::serialize(out);
}

}  // namespace crawler
