#pragma once

// The inside of digest_page: one answer on its way to a record. page.cpp tells answers apart and
// holds what all share, digest_html.cpp reads pages, digest_media.cpp images and files and what
// leads to them. Included by these alone.

#include <set>

#include <boost/json.hpp>

#include "crawler/run/page.hpp"
#include "formats/html/html.hpp"
#include "formats/url/canonical.hpp"

namespace crawler {

class Digest {
public:
    Digest(
        const PageRules& rules,
        const Target& target,
        const SitePolicy& site,
        Response&& response,
        Time fetched_at
    )
        : rules_(rules),
          target_(target),
          site_(site),
          response_(std::move(response)),
          fetched_at_(fetched_at),
          url_(*formats::parse_url(target.url)),
          sessions_(url_) {}

    PageOutcome run();

private:
    void end(Ending ending, SkipReason reason, std::string detail = {});
    void end_or_retry(Attempt attempt, SkipReason reason, std::string detail);
    void no_answer();
    void bad_status();
    // A sitemap or feed: its entries are new addresses.
    void listing();
    // Notes how much news the page brings for addresses of its form, and its text where another
    // address is said to give the same.
    void see(std::uint64_t simhash, const schema::Text& text, bool empty);
    void redirect();
    void lead_to(
        const formats::Url& url,
        std::string canonical,
        int depth,
        int hops,
        bool nofollow = false,
        std::string_view rel = {},
        Kind kind = Kind::page,
        bool preferred = false
    );
    void page();
    bool is_link() const;
    void html();
    void read_html();
    // Each item is a record, or a reject. A page without any is not kept, but for its links.
    void items(
        const formats::Document& document,
        const formats::Facts& facts,
        const Consent& consent,
        Scrape& scrape
    );
    // Keeps the answer as one that could not become a record.
    void reject(const Fault& fault);
    void image();
    void file();
    // What is known of an image or file, and what the page says that leads to it.
    boost::json::object media_payload() const;
    void plain();
    Consent consent_of(std::vector<std::pair<std::string, std::string>> metas, bool image = false)
        const;
    void refuse(const Consent& consent);
    void follow(
        const std::vector<formats::Link>& links,
        const formats::Facts& facts,
        bool nofollow,
        const std::optional<Scrape>& scrape,
        const std::set<std::string>& shown
    );
    // Notes an address that is not to be fetched, and why.
    void leave_out(const formats::Url& url, std::string canonical, SkipReason reason);
    bool is_known(const std::string& canonical, bool queued) const;
    // Notes the images and files that the page leads to; returns their addresses.
    std::set<std::string> find_media(
        const formats::Document& document,
        const formats::Facts& facts,
        const Consent& consent
    );
    boost::json::object
    context_for(const MediaLink& link, const formats::Facts& facts, const Consent& consent) const;
    void lead_to_media(
        const formats::Url& url,
        std::string canonical,
        Kind kind,
        int hops,
        std::string context,
        std::optional<SkipReason> reason = {},
        std::string detail = {}
    );
    // Leads to the address of its host that the page names as the real one, unless it was reached
    // by such a hint itself. Whether the page gives way to it is found out when both are known.
    void name_canonical(const formats::Facts& facts);
    // The one spelling of an address that this page leads to.
    std::string spelled(const formats::Url& url) const {
        return formats::canonical_url(url, sessions_.telling());
    }
    // `about` is what the record says of the page beside what every record of a page says.
    void store(
        Scraped scraped,
        schema::Text text,
        schema::Quality quality,
        boost::json::object about,
        const Consent& consent,
        std::string licence
    );
    // Makes the draft the record of this address.
    void keep(
        schema::Draft draft,
        const boost::json::object& payload,
        const Consent& consent,
        std::string licence
    );

    const PageRules& rules_;
    const Target& target_;
    const SitePolicy& site_;
    Response response_;
    Time fetched_at_;
    formats::Url url_;
    formats::SessionNames sessions_;
    std::string media_type_;
    PageOutcome outcome_;
};

}  // namespace crawler
