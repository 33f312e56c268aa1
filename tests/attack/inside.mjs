export const inside = () => {};
export const ingest_of_the_world = async () => {};
