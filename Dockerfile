FROM python:3.11-slim
WORKDIR /program
COPY . .
RUN pip install --no-cache-dir -c constraints.txt ".[postgresql]" && useradd --create-home clinic
USER clinic
WORKDIR /home/clinic
ENTRYPOINT ["return-to-run"]
CMD ["--help"]
