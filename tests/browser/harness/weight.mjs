// What a page costs: the bytes that come over the wire, and what must have come before anything shows. State: none.

/**
 * Opens an address with an empty cache. Returns `{ bytes, requests, blocking, firstPaint }`: compressed bytes with headers of
 * everything that the page asked for, the requests as `{ url, type, bytes }`, the addresses that kept it from being shown, and
 * the milliseconds until something was.
 */
export async function weigh(page, address) {
  const session = await page.context().newCDPSession(page);
  const byId = new Map();
  session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
    byId.set(requestId, { url: request.url, type, bytes: 0 });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (byId.has(requestId)) byId.get(requestId).bytes = encodedDataLength;
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(address, { waitUntil: 'networkidle' });
  const painted = await page.evaluate(() => ({
    firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    blocking: performance
      .getEntriesByType('resource')
      .filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking')
      .map(({ name }) => name),
  }));
  await session.detach();
  const requests = [...byId.values()];
  return { bytes: requests.reduce((sum, { bytes }) => sum + bytes, 0), requests, ...painted };
}
