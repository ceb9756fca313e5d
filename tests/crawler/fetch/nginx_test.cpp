// The fetch layer against a web server that nobody here wrote: TLS with a CA of our own, HTTP/2,
// content codings, kept connections, conditional requests.
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>
#include <boost/asio.hpp>
#include <catch2/catch.hpp>

#include "crawler/resolve/resolver.hpp"
#include "tests/crawler/fetch/fetching.hpp"
#include "tests/crawler/site/name_server.hpp"
#include "tests/crawler/site/test_proxy.hpp"
#include "tests/support/codings.hpp"
#include "tests/support/program.hpp"

using namespace std::chrono_literals;
using crawler::FetchError;
using test::get_all;
using test::get_each;

namespace {

int free_port() {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
}

std::string zstandard(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

std::string page_text() {
    std::string text = "<!doctype html><title>Page</title>";
    for (int i = 0; i < 2000; ++i) text += fmt::format("<p>Paragraph {} of many.</p>\n", i);
    return text;
}

class Nginx {
public:
    Nginx() {
        certify();
        std::filesystem::create_directory(folder_.path / "root");
        folder_.write("root/page.html", page_text());
        folder_.write("root/br.html", test::brotli(page_text()));
        folder_.write("root/zstd.html", zstandard(page_text()));
        folder_.write("root/bomb.html", test::brotli(std::string(64U << 20U, 'x')));
        auto conf = folder_.write("nginx.conf", configuration());
        program_ = std::make_unique<test::Program>(std::vector<std::string>{
            "/usr/sbin/nginx", "-e", path("error.log"), "-c", conf.string()});
        for (int i = 0; i < 200 && !answers(); ++i) std::this_thread::sleep_for(10ms);
    }
    ~Nginx() {
        program_->signal(SIGTERM);
        program_->end();
    }

    static bool is_there() { return ::access("/usr/sbin/nginx", X_OK) == 0; }

    std::string path(const std::string& name) const { return (folder_.path / name).string(); }
    std::string plain(const std::string& target) const {
        return fmt::format("http://127.0.0.1:{}{}", plain_port_, target);
    }
    std::string secure(const std::string& target, const std::string& host = "127.0.0.1") const {
        return fmt::format("https://{}:{}{}", host, secure_port_, target);
    }
    int secure_port() const { return secure_port_; }
    crawler::FetchOptions options() const {
        auto options = test::local();
        options.ca_file = path("ca.pem");
        return options;
    }

private:
    void certify() {
        auto openssl = [&](std::vector<std::string> words) {
            words.insert(words.begin(), "openssl");
            auto ended = test::run(words);
            INFO(ended.err);
            REQUIRE(ended.code == 0);
        };
        std::vector<std::string> curve{
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"};
        auto request = [&](std::vector<std::string> words) {
            words.insert(words.begin(), curve.begin(), curve.end());
            words.insert(words.begin(), "req");
            openssl(words);
        };
        request(
            {"-x509",
             "-keyout",
             path("ca.key"),
             "-out",
             path("ca.pem"),
             "-subj",
             "/CN=Test CA",
             "-days",
             "2"}
        );
        request({"-keyout", path("key.pem"), "-out", path("request.pem"), "-subj", "/CN=nginx.test"}
        );
        auto names = folder_.write("names", "subjectAltName=DNS:nginx.test,IP:127.0.0.1\n");
        openssl(
            {"x509",
             "-req",
             "-in",
             path("request.pem"),
             "-CA",
             path("ca.pem"),
             "-CAkey",
             path("ca.key"),
             "-CAcreateserial",
             "-out",
             path("cert.pem"),
             "-days",
             "2",
             "-extfile",
             names.string()}
        );
    }

    std::string configuration() const {
        auto inside = fmt::format(
            "root {}; location /connection {{ return 200 \"$connection $server_protocol\"; }}\n"
            "location /accepts {{ return 200 \"$http_accept_encoding\"; }}\n"
            "location = /br.html {{ add_header Content-Encoding br; }}\n"
            "location = /bomb.html {{ add_header Content-Encoding br; }}\n"
            "location = /zstd.html {{ add_header Content-Encoding zstd; }}\n"
            "location = /gzip.html {{ gzip on; alias {}/page.html; }}\n",
            path("root"),
            path("root")
        );
        std::string places;
        for (std::string kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            places += fmt::format("{}_temp_path {}; ", kind, path(kind));
        return fmt::format(
            "daemon off; worker_processes 1; pid {}; events {{ worker_connections 256; }}\n"
            "http {{ access_log off; types {{ text/html html; }} default_type text/plain; {}\n"
            "server {{ listen 127.0.0.1:{}; {} }}\n"
            "server {{ listen 127.0.0.1:{} ssl http2; ssl_certificate {}; ssl_certificate_key {}; "
            "{} }} }}\n",
            path("pid"),
            places,
            plain_port_,
            inside,
            secure_port_,
            path("cert.pem"),
            path("key.pem"),
            inside
        );
    }

    bool answers() const {
        return get_each({plain("/connection")}, test::local())[0].status == 200;
    }

    test::Folder folder_;
    int plain_port_ = free_port(), secure_port_ = free_port();
    std::unique_ptr<test::Program> program_;
};

}  // namespace

TEST_CASE("pages come over TLS that is verified, by HTTP/2, in every coding", "[crawler][nginx]") {
    if (!Nginx::is_there()) {
        WARN("nginx is not installed: run script/bootstrap test");
        return;
    }
    Nginx nginx;
    auto options = nginx.options();

    SECTION("a certificate that is not trusted or of another name is refused") {
        CHECK(
            get_each({nginx.secure("/page.html")}, test::local())[0].error == FetchError::untrusted
        );
        auto response = get_each({nginx.secure("/page.html")}, options)[0];
        CHECK(response.status == 200);
        CHECK(response.version == "2");
        CHECK(response.body == page_text());
        test::NameServer names;
        names.set("nginx.test", {"127.0.0.1"}, 60);
        names.set("other.test", {"127.0.0.1"}, 60);
        crawler::ResolverOptions at;
        at.servers = {names.address()};
        options.resolver = std::make_shared<crawler::Resolver>(at);
        CHECK(get_each({nginx.secure("/page.html", "nginx.test")}, options)[0].status == 200);
        CHECK(
            get_each({nginx.secure("/page.html", "other.test")}, options)[0].error ==
            FetchError::untrusted
        );
        // Through a proxy, which is told the address that was checked.
        test::TestProxy proxy(test::TestProxy::Kind::http);
        options.proxies = {crawler::parse_proxy(proxy.url())};
        auto through = get_each({nginx.secure("/page.html", "nginx.test")}, options)[0];
        CHECK(through.status == 200);
        CHECK(through.body == page_text());
        CHECK(
            proxy.asked() == std::vector{fmt::format("CONNECT 127.0.0.1:{}", nginx.secure_port())}
        );
        CHECK(
            get_each({nginx.secure("/page.html", "other.test")}, options)[0].error ==
            FetchError::untrusted
        );
    }

    SECTION("many requests at once share one connection of HTTP/2") {
        std::vector<std::string> urls(60, nginx.secure("/connection"));
        std::set<std::string> connections;
        for (const auto& response : get_all(urls, options)) {
            CHECK(response.version == "2");
            CHECK(response.body.find(" HTTP/2.0") != std::string::npos);
            connections.insert(response.body);
        }
        CHECK(connections.size() == 1);
    }

    SECTION("connections of HTTP/1.1 are kept, and no more are opened than requests are under way"
    ) {
        std::set<std::string> connections;
        for (const auto& response : get_each(std::vector(50, nginx.plain("/connection")), options))
            connections.insert(response.body);
        CHECK(connections.size() == 1);
    }

    SECTION("codings") {
        auto responses = get_each(
            {nginx.plain("/gzip.html"),
             nginx.secure("/gzip.html"),
             nginx.plain("/br.html"),
             nginx.secure("/br.html"),
             nginx.plain("/zstd.html"),
             nginx.secure("/zstd.html")},
            options
        );
        for (const auto& response : responses) {
            CHECK(response.status == 200);
            CHECK(response.body == page_text());
            CHECK(response.wire_bytes < response.body.size() / 4);
        }
        for (auto url : {nginx.plain("/bomb.html"), nginx.secure("/bomb.html")})
            CHECK(get_each({url}, options)[0].error == FetchError::too_large);
        CHECK(get_each({nginx.plain("/accepts")}, options)[0].body == "gzip, deflate, br, zstd");
        options.limits.headers = 100;
        CHECK(get_each({nginx.plain("/page.html")}, options)[0].error == FetchError::too_large);
        CHECK(get_each({nginx.secure("/page.html")}, options)[0].error == FetchError::too_large);
    }

    SECTION("what has not changed is not sent again") {
        auto first = get_each({nginx.secure("/page.html")}, options)[0];
        for (bool by_etag : {true, false}) {
            crawler::Request request;
            request.url = nginx.secure("/page.html");
            (by_etag ? request.etag : request.last_modified) =
                first.header(by_etag ? "etag" : "last-modified");
            boost::asio::io_context io{1};
            crawler::Fetcher fetcher(io.get_executor(), options);
            int status = 0;
            auto done = [&](std::exception_ptr, const crawler::Response& response) {
                status = response.status;
            };
            boost::asio::co_spawn(io, fetcher.get(request), done);
            io.run();
            CHECK(status == 304);
        }
    }
}
