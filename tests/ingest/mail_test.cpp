#include <catch2/catch.hpp>

#include "ingest/sources/files/mail/mime.hpp"
#include "tests/ingest/files.hpp"

namespace {

const std::string mixed =
    "From: =?utf-8?q?J=C3=B6rg?= <j@a.example>\r\nTo: b@a.example, \"C, D\" <c@a.example>\r\n"
    "Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?b?IMO8YmVyYWxs?=\r\nDate: Sat, 3 Jan 1996 "
    "01:05:34 +0100\r\n"
    "Message-ID: <1@a.example>\r\nIn-Reply-To: <0@a.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n"
    "Content-Type: multipart/alternative; boundary=\"c\"\r\n\r\n--c\r\n"
    "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
    "quoted-printable\r\n\r\nGr=FC=DFe=\r\n all\r\n"
    "--c\r\nContent-Type: text/html; "
    "charset=windows-1251\r\n\r\n<p>\xcf\xf0\xe8\xe2\xe5\xf2</p>\r\n--c--\r\n--b\r\n"
    "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; "
    "filename*=utf-8''%c3%a9.bin\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--b--\r\n";

}  // namespace

TEST_CASE("a message is decoded: headers, character sets, parts, attachments", "[ingest][mail]") {
    auto mail = ingest::parse_mail(mixed);
    REQUIRE(mail);
    CHECK(mail->id == "1@a.example");
    CHECK(
        mail->subject ==
        "Gr\xc3\xbc\xc3\x9f"
        "e \xc3\xbc"
        "berall"
    );
    CHECK(mail->from == "J\xc3\xb6rg <j@a.example>");
    CHECK(mail->to == "b@a.example, \"C, D\" <c@a.example>");
    CHECK(mail->date == "1996-01-03T01:05:34+01:00");
    CHECK(mail->in_reply_to == "<0@a.example>");
    CHECK(
        mail->text.starts_with("Gr\xc3\xbc\xc3\x9f"
                               "e all")
    );
    CHECK(mail->html.find("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82") != std::string::npos);
    REQUIRE(mail->attachments.size() == 1);
    CHECK(mail->attachments[0].name == "\xc3\xa9.bin");
    CHECK(mail->attachments[0].size == 4);
    CHECK(
        mail->attachments[0].sha256 ==
        "054edec1d0211f624fed0cbca9d4f9400b0e491c43742af2c5b0abebf0c990d8"
    );
}

TEST_CASE("broken mail is read as far as it goes", "[ingest][mail]") {
    CHECK_FALSE(ingest::parse_mail(""));
    CHECK_FALSE(ingest::parse_mail("no header here\n\nbody"));
    auto cut = ingest::parse_mail(mixed.substr(0, mixed.find("--c--")));
    REQUIRE(cut);
    CHECK(
        cut->text.starts_with("Gr\xc3\xbc\xc3\x9f"
                              "e all")
    );
    auto unknown = ingest::parse_mail(
        "Subject: \xfc\nContent-Type: text/plain; charset=nonsense\n\nGr\xfc\xdf"
        "e\n"
    );
    REQUIRE(unknown);
    CHECK(unknown->subject == "\xc3\xbc");
    CHECK(
        unknown->text ==
        "Gr\xc3\xbc\xc3\x9f"
        "e\n"
    );
}

TEST_CASE(
    "the quoting of a mailbox is undone, and lengths are believed if they fit",
    "[ingest][mail]"
) {
    test::DataFolder folder;
    const std::string from = "From a@b Sat Jan  3 01:05:34 1996\n";
    auto path = folder.write(
        "a.mbox",
        from + "Subject: 1\n\n>From me\n>>From you\n> From us\n\n" + from +
            "Subject: 2\nContent-Length: 5\n\nFrom a: wrong length\n\n" + from +
            "Subject: 3\nContent-Length: 40\n\n" + from + ">From\n\n" + from + "Subject: 4\n\nend\n"
    );
    auto all = test::read_all({path});
    REQUIRE(all.records.size() == 4);
    CHECK(all.records[0].fields.find("text=From me\n>From you\n> From us\n") != std::string::npos);
    CHECK(all.records[1].fields.find("From a: wrong length") != std::string::npos);
    CHECK(all.records[2].fields.find("text=" + from + ">From\n") != std::string::npos);
}

TEST_CASE(
    "a Maildir is read with its folders and flags, without what is being delivered",
    "[ingest][mail]"
) {
    test::DataFolder folder;
    for (const std::string box : {"box/", "box/.Sent/"}) {
        folder.write(
            box + "cur/1.host:2,RS", "Message-ID: <1" + box + ">\nSubject: a\nFrom: x@y\n\nb\n"
        );
        folder.write(
            box + "new/2.host", "Message-ID: <2" + box + ">\nSubject: a\nFrom: x@y\n\nb\n"
        );
        folder.write(box + "tmp/3.host", "Subject: a\n\nhalf");
    }
    auto all = test::read_all({folder.path("box")});
    CHECK(all.rejects.empty());
    REQUIRE(all.records.size() == 4);
    CHECK(all.records[0].fields.find("flags=RS") != std::string::npos);
}
