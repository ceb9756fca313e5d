#include "tests/crawler/scrape/shop.hpp"
#include "tests/support/media_files.hpp"

using namespace shop;

TEST_CASE("images are kept with what their pages say of them", "[crawler][scrape]") {
    test::TestSite site, cdn;
    site.page(
        "/",
        "<title>Cats</title><figure><img src=/cat.pgm alt='A cat' width=300 "
        "height=300><figcaption>Tom"
        "</figcaption></figure><img src=/dot.pgm><img src=/pixel.gif width=1 height=1><img "
        "src=/broken.pgm>"
        "<img src=/noai.pgm><img src='" +
            cdn.url("/far.pgm") +
            "'><img src=/page.pgm>"
            "<a href=/secret/x.png>x</a><a href=/wiki/File:Cat.jpg>file</a><p>Cats, in prose, with "
            "commas.</p>"
    );
    serve(site, "/robots.txt", reply("text/plain", "User-agent: *\nDisallow: /secret/\n"));
    serve(site, "/cat.pgm", reply("image/x-portable-graymap", picture(200, 100, 'x')));
    serve(site, "/dot.pgm", reply("image/x-portable-graymap", picture(20, 20, 'x')));
    serve(site, "/broken.pgm", reply("image/x-portable-graymap", "P9 what"));
    auto noai = reply("image/x-portable-graymap", picture(200, 100, 'y'));
    noai.headers.push_back("X-Robots-Tag: noimageai");
    serve(site, "/noai.pgm", noai);
    serve(site, "/page.pgm", reply("text/html", "<p>no image</p>"));
    site.page("/wiki/File:Cat.jpg", page_with_links("A page about a file", {}));
    serve(cdn, "/far.pgm", reply("image/x-portable-graymap", picture(120, 120, 'z')));
    World world;
    auto options =
        with_rules(world, site.url("/"), "[images]\nmin_width = 100\nmin_height = 100\n");
    options.examine_image = examine;
    auto report = world.crawl(options);
    CHECK(sums_agree(world));
    CHECK(world.database.number("SELECT count(*) FROM content_image") == 2);
    CHECK(
        text(
            world,
            "SELECT payload ->> 'alt' || ', ' || (payload ->> 'caption') || ', ' || (payload ->> "
            "'page') || ', ' || "
            "(payload ->> 'page_title') || ', ' || (payload ->> 'width') FROM record_version WHERE "
            "key = '" +
                site.url("/cat.pgm") + "'"
        ) == "A cat, Tom, " + site.url("/") + ", Cats, 200"
    );
    CHECK(world.reason(cdn.url("/far.pgm")) == "done:");
    CHECK(cdn.count("/robots.txt") == 1);
    CHECK(cdn.count("/sitemap.xml") == 0);
    CHECK(world.reason(site.url("/dot.pgm")) == "skipped:too_small");
    CHECK(world.reason(site.url("/pixel.gif")) == "skipped:too_small");
    CHECK(site.count("/pixel.gif") == 0);
    CHECK(world.reason(site.url("/broken.pgm")) == "skipped:rejected");
    CHECK(text(world, "SELECT code FROM reject") == "image.broken");
    CHECK(world.reason(site.url("/noai.pgm")) == "skipped:consent");
    CHECK(world.reason(site.url("/secret/x.png")) == "skipped:robots");
    CHECK(world.reason(site.url("/page.pgm")) == "skipped:content_type");
    // A link that only looks like one to an image leads to a page.
    CHECK(world.reason(site.url("/wiki/File:Cat.jpg")) == "done:");
    CHECK(report.counts.rejected == 1);

    auto again = with_rules(world, site.url("/"), "[images]\nmin_width = 100\nmin_height = 100\n");
    again.examine_image = examine;
    auto second = world.crawl(again);
    CHECK(second.counts.added + second.counts.changed == 0);
    CHECK(site.count("/dot.pgm") == 1);  // it was too small
}

TEST_CASE("a page that refuses the use of its images has them left alone", "[crawler][scrape]") {
    test::TestSite site;
    site.page(
        "/",
        "<meta name=robots content=noimageai><img src=/cat.pgm><p>Some prose, with commas, to "
        "keep.</p>"
    );
    serve(site, "/cat.pgm", reply("image/x-portable-graymap", picture(200, 100, 'x')));
    World world;
    auto options = with_rules(world, site.url("/"), "images = true\n");
    options.examine_image = examine;
    world.crawl(options);
    CHECK(world.reason(site.url("/")) == "done:");
    CHECK(world.reason(site.url("/cat.pgm")) == "skipped:consent");
    CHECK(site.count("/cat.pgm") == 0);

    // The same by a header, in a later round, and not when it is taken back.
    SiteReply refusing;
    refusing.body = "<img src=/cat.pgm><p>Some other prose, with commas, to keep.</p>";
    auto allowing = refusing;
    refusing.headers.push_back("X-Robots-Tag: noimageai");
    serve(site, "/", refusing);
    auto later = with_rules(world, site.url("/"), "images = true\n");
    later.examine_image = examine;
    world.crawl(later);
    world.crawl(later);
    CHECK(site.count("/cat.pgm") == 0);
    serve(site, "/", allowing);
    world.crawl(later);
    CHECK(world.reason(site.url("/cat.pgm")) == "done:");
    site.page(
        "/",
        "<meta name=robots content=noimageai><img src=/cat.pgm><p>Some prose, with commas, to "
        "keep.</p>"
    );

    World other;
    auto recording = with_rules(other, site.url("/"), "images = true\n");
    recording.examine_image = examine;
    recording.honour_consent = false;
    other.crawl(recording);
    CHECK(
        text(
            other,
            "SELECT consent ->> 'decision' FROM record_version WHERE key = '" +
                site.url("/cat.pgm") + "'"
        ) == "deny"
    );
}

TEST_CASE("files are kept whole, and only those that were asked for", "[crawler][scrape]") {
    test::TestSite site;
    site.page(
        "/",
        "<title>Papers</title><a href=/paper.pdf>The  paper</a><a href=/hidden>also one</a><a "
        "href=/data.zip>zip</a>"
        "<p>Some prose, with commas, to keep.</p>"
    );
    auto paper = reply("application/pdf", "%PDF-1.4 ..");
    paper.headers.push_back("Content-Disposition: attachment; filename=\"../x/final.pdf\"");
    serve(site, "/paper.pdf", paper);
    serve(site, "/hidden", reply("application/pdf", "%PDF-1.5 other"));
    serve(site, "/data.zip", reply("application/zip", "PK"));
    World world;
    world.crawl(with_rules(world, site.url("/"), "[files]\ntypes = ['application/pdf']\n"));
    CHECK(world.pages() == 3);
    CHECK(
        text(
            world,
            "SELECT payload ->> 'text' || ', ' || (payload ->> 'file_name') || ', ' || media_type "
            "FROM record_version "
            "WHERE key = '" +
                site.url("/paper.pdf") + "'"
        ) == "The paper, final.pdf, application/pdf"
    );
    CHECK(world.reason(site.url("/hidden")) == "done:");
    CHECK(world.reason(site.url("/data.zip")) == "skipped:content_type");
}

TEST_CASE("files of a crawl are seen through as files of a folder are", "[crawler][scrape]") {
    test::TestSite site;
    site.page(
        "/",
        "<title>Talks</title><a href=/talk.wav>talk</a><a href=/cut.mp4>cut</a>"
        "<a href=/sheet.pdf>sheet</a><p>Some prose, with commas, to keep.</p>"
    );
    serve(site, "/talk.wav", reply("audio/wav", test::wav(1.5)));
    serve(site, "/cut.mp4", reply("video/mp4", test::mp4(1, 64, 64).substr(0, 60)));
    serve(site, "/sheet.pdf", reply("application/pdf", "%PDF-1.4 .."));
    World world;
    world.crawl(with_rules(
        world, site.url("/"), "[files]\ntypes = ['audio/*', 'video/*', 'application/pdf']\n"
    ));
    CHECK(world.pages() == 4);
    CHECK(
        text(world, "SELECT string_agg(kind || ' ' || seconds, ',') FROM content_media") ==
        "audio 1.5"
    );
    // What is broken is kept, for it was asked for, and says so.
    CHECK(
        text(
            world,
            "SELECT string_agg(split_part(key, '/', 4), ',' ORDER BY key) FROM record_version "
            "WHERE "
            "payload ->> 'note' <> ''"
        ) == "cut.mp4,sheet.pdf"
    );
}
