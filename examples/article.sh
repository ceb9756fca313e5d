#!/bin/sh
# The main text of a page, without its navigation.
. "$(dirname "$0")/lib.sh"
cat >page.html <<'HTML'
<!doctype html><html lang="en"><head><title>On bees | The Garden</title></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<article><h1>On bees</h1>
<p>Bees visit some two million flowers for one jar of honey, and they do so without a map that anybody could read.</p>
<p>A colony decides together where to live: scouts dance for the place they found, and the longer they dance, the better it is.</p>
<p>In winter they keep warm by shivering in a ball, and take turns at its cold outside, so that nobody freezes.</p></article>
<footer>Imprint, privacy, cookies</footer></body></html>
HTML
printf '{"id": "1", "path": "%s/page.html", "url": "https://garden.example/bees"}\n' "$home" >pages.jsonl
articles() { "$program" inspect article <pages.jsonl; }
expect "two million flowers" articles
case $(articles) in *Imprint*) echo "example: the footer is in the article" >&2; exit 1 ;; esac
