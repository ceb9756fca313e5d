// Gives a file to the person, as a download.
export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// What the service answered to a call with parseAs: "blob", under the name that it gave it.
export function keep({ data, response }: { data?: unknown; response: Response }): string {
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "download";
  save(data as Blob, name);
  return `${name} is downloaded`;
}
