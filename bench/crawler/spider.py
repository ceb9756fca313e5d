"""The rival: follows the links of one host and writes url, title and text of each page as JSON lines."""
import sys
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess


class Site(scrapy.Spider):
    name = "site"

    def __init__(self, start, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = [start]
        self.allowed_domains = [urlsplit(start).hostname]

    def parse(self, response):
        if b"html" not in response.headers.get("Content-Type", b""):
            return
        text = " ".join(response.xpath("//body//text()[not(ancestor::script or ancestor::style)]").getall())
        yield {"url": response.url, "title": response.css("title::text").get(), "text": " ".join(text.split())}
        yield from response.follow_all(css="a[href]", callback=self.parse)


process = CrawlerProcess({
    "FEEDS": {sys.argv[2]: {"format": "jsonlines", "overwrite": True}},
    "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 48, "CONCURRENT_REQUESTS_PER_DOMAIN": 48, "LOG_LEVEL": "ERROR",
})
process.crawl(Site, start=sys.argv[1])
process.start()
