"""One source crawled by 1, 2 and 4 workers, by the real program: bench_workers.py TILTH [HOSTS] [PAGES] [DELAY_MS] [ROUNDS]

nginx answers at HOSTS addresses of loopback, so that each is a server of its own, with PAGES pages each, of which DELAY_MS apart are
asked for: what a worker can do is bound by politeness and by the 64 hosts that it holds at a time. The crawl is one job; the workers
that do not get it help. Times are from the first request to the last, by nginx's log; rounds are interleaved. A line for each run,
then the medians and how many times faster more workers are.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def serve(folder, hosts, pages, port):
    site = os.path.join(folder, "site")
    os.mkdir(site)
    links = "".join('<a href="/%d.html">%d</a> ' % (page, page) for page in range(1, pages))
    for page in range(pages):
        name = "index.html" if page == 0 else "%d.html" % page
        with open(os.path.join(site, name), "w", encoding="utf-8") as file:
            file.write("<html><title>Page %d</title><body><p>%s</p>%s</body></html>" % (page, "word%d " % page * 20, links if page == 0 else ""))
    temporary = "".join("%s_temp_path %s/tmp;\n" % (kind, folder) for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
        file.write(
            "worker_processes 1; daemon off; pid %s/nginx.pid; error_log %s/error.log;\nevents { worker_connections 4096; }\n"
            "http { types { text/html html; }\nlog_format short '$msec $server_addr $uri'; access_log %s/access.log short; %s"
            "server { listen %d; root %s; } }\n" % (folder, folder, folder, temporary, port, site)
        )
    process = subprocess.Popen(["nginx", "-c", folder + "/nginx.conf", "-p", folder], stderr=subprocess.DEVNULL)
    return process, ["http://127.0.%d.%d:%d/" % (1 + host // 250, 1 + host % 250, port) for host in range(hosts)]


def crawl(program, folder, urls, pages, delay, workers):
    home = os.path.join(folder, "home")
    command = [program, "--home", home, "--quiet"]
    spec = os.path.join(folder, "source.toml")
    with open(spec, "w", encoding="utf-8") as file:
        file.write('name = "many"\nkind = "crawl"\nallow_private = true\nsitemaps = "off"\nfeeds = false\ndelay_ms = %d\nurls = [%s]\n'
                   % (delay, ", ".join('"%s"' % url for url in urls)))
    subprocess.run(command + ["source", "add", spec], check=True, stdout=subprocess.DEVNULL)
    log = os.path.join(folder, "access.log")
    open(log, "w", encoding="utf-8").close()
    subprocess.run(command + ["source", "run", "many"], check=True, stdout=subprocess.DEVNULL)
    running = [subprocess.Popen(command + ["worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(workers)]
    wanted = len(urls) * pages
    asked = []
    while len(asked) < wanted:
        time.sleep(1)
        with open(log, encoding="utf-8") as file:
            asked = [line.split() for line in file if line.endswith("\n") and "robots.txt" not in line]
    for worker in running:
        worker.terminate()
    for worker in running:
        worker.wait()
    while os.path.exists(os.path.join(home, "postgres", "data", "postmaster.pid")):  # the database ends behind the last of them
        time.sleep(0.1)
    again = len(asked) - len({(host, uri) for _, host, uri in asked})
    times = [float(line[0]) for line in asked]
    shutil.rmtree(home)
    return max(times) - min(times), again


def main():
    if len(sys.argv) < 2:
        sys.exit("bench_workers.py TILTH [HOSTS] [PAGES] [DELAY_MS] [ROUNDS]")
    program = os.path.abspath(sys.argv[1])
    hosts, pages, delay, rounds = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((2, 256), (3, 30), (4, 1000), (5, 3)))
    folder = tempfile.mkdtemp(prefix="tilth-workers-", dir="/var/tmp")
    os.chmod(folder, 0o777)
    process, urls = serve(folder, hosts, pages, 18795)
    try:
        seconds = {1: [], 2: [], 4: []}
        for number in range(1, rounds + 1):
            for workers in seconds:
                took, again = crawl(program, folder, urls, pages, delay, workers)
                seconds[workers].append(took)
                print("round %d, %d workers: %.1f s, %d pages, %d asked again" % (number, workers, took, hosts * pages, again), flush=True)
        medians = {workers: statistics.median(all) for workers, all in seconds.items()}
        print("medians: " + ", ".join("%d: %.1f s, %.2f times" % (workers, took, medians[1] / took) for workers, took in medians.items()))
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()
