#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "tests/crawler/site/test_site.hpp"

namespace test {

// A small OpenID Connect provider on the loopback address. It keeps to the rules unless it is told
// otherwise; `claims` and `header` are put over what a token says by itself.
class TestProvider {
public:
    TestProvider();
    ~TestProvider();

    std::string issuer() const;
    // What a person does there: follows the address that our service sends the browser to. Returns
    // the path, with the query, that the browser comes back by.
    std::string consent(const std::string& address);
    // Other keys from now on, under other names or the same.
    void rotate(bool other_names = true);

    boost::json::object claims, header;
    bool elliptic = false;      // ES256 instead of RS256
    bool spoils = false;        // a signature that does not fit
    bool forges = false;        // signs with a key that it does not publish
    std::string nonce_instead;  // of the one that it was given
    bool takes_post = false;    // the secret in the form instead of the header
    int tokens = 0;             // given out

    TestSite site;

private:
    struct Keys;
    SiteReply token(const SiteRequest& request);
    std::string signed_token(const std::string& nonce);

    std::unique_ptr<Keys> keys_;
    std::map<std::string, std::map<std::string, std::string>> codes_;  // what was asked, by code
};

}  // namespace test
